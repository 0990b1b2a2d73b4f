package io.gantry.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.netlink.RouteBatch;
import io.gantry.linux.netlink.RouteSocket;
import io.gantry.linux.netns.NetNamespace;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.network.AddressPool;
import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.network.EndpointSpec;
import io.gantry.plugins.network.NetworkDriver;
import io.gantry.plugins.network.NetworkDriverConformance;
import io.gantry.plugins.network.NetworkSpec;
import io.gantry.plugins.network.NetworkState;
import io.gantry.plugins.network.PortBinding;
import io.gantry.plugins.network.Prefix;
import io.gantry.plugins.network.Protocol;
import io.gantry.plugins.network.PublishedPort;
import io.gantry.plugins.network.Repairs;
import io.gantry.plugins.network.Sandbox;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bridge driver on the real kernel, with chains, bridges and an engine id of the test's own.
 */
class BridgeDriverTest extends NetworkDriverConformance {

  private static final InetAddress LOCALHOST = InetAddress.ofLiteral("127.0.0.1");

  private final String tag =
      Integer.toHexString(ThreadLocalRandom.current().nextInt(0x100000, 0x1000000));
  @TempDir private Path records;
  @TempDir private Path owners;

  @Override
  protected NetworkDriver open() throws IOException {
    return open("test-" + tag, records);
  }

  private NetworkDriver open(String instance, Path records) throws IOException {
    return new BridgeDriver(
        BridgeOptions.of(Map.of("instance", instance)), records, new Owners(owners));
  }

  @Override
  protected void makeNamespace(Path file) throws IOException {
    NetNamespace.create(file);
  }

  @Override
  protected void removeNamespace(Path file) throws IOException {
    NetNamespace.remove(file);
  }

  @Override
  protected <T> T inside(Sandbox sandbox, Callable<T> task) throws IOException {
    return NetNamespace.inside(sandbox.netns(), task);
  }

  private String chains() {
    return "GANTRY-" + LinkNames.chain("test-" + tag);
  }

  private static NetworkSpec spec(
      Map<String, String> options, boolean ipv6, boolean internal, AddressPool... pools) {
    String id = id();
    return new NetworkSpec(
        id, "n-" + id.substring(0, 6), options, List.of(pools), true, ipv6, internal);
  }

  private static AddressPool pool(String subnet, String range, String gateway) {
    return new AddressPool(
        Optional.of(Prefix.parse(subnet)),
        range.isEmpty() ? Optional.empty() : Optional.of(Prefix.parse(range)),
        gateway.isEmpty() ? Optional.empty() : Optional.of(Prefix.address(gateway)),
        Map.of());
  }

  @Test
  void rangeAndGatewayAreKept() throws Exception {
    NetworkSpec network =
        create(
            spec(Map.of(), false, false, pool("10.213.0.0/24", "10.213.0.128/25", "10.213.0.9")));
    Sandbox sandbox = sandbox();
    Attachment a = driver.join(network, endpoint(network, sandbox, "eth0"), sandbox);
    assertThat(a.ipv4()).contains(Prefix.parse("10.213.0.128/24"));
    assertThat(a.gateway4()).contains(Prefix.address("10.213.0.9"));
    assertThat(a.mac()).isEqualTo("02:42:0a:d5:00:80");
  }

  @Test
  void routerOtherThanTheBridgeIsUsedAndNeverGiven() throws Exception {
    AddressPool pool =
        new AddressPool(
            Optional.of(Prefix.parse("10.214.0.0/29")),
            Optional.empty(),
            Optional.of(Prefix.address("10.214.0.1")),
            Map.of("DefaultGatewayIPv4", Prefix.address("10.214.0.2")));
    NetworkSpec network = create(spec(Map.of(), false, false, pool));
    Sandbox sandbox = sandbox();
    Attachment a = driver.join(network, endpoint(network, sandbox, "eth0"), sandbox);
    assertThat(a.gateway4()).contains(Prefix.address("10.214.0.2"));
    assertThat(a.ipv4()).contains(Prefix.parse("10.214.0.3/29"));
  }

  @Test
  void aRouterOutsideOfTheSubnetIsRefused() {
    AddressPool pool =
        new AddressPool(
            Optional.of(Prefix.parse("10.214.0.0/29")),
            Optional.empty(),
            Optional.empty(),
            Map.of("DefaultGatewayIPv4", Prefix.address("10.214.1.2")));
    assertThatThrownBy(() -> driver.plan(spec(Map.of(), false, false, pool)))
        .hasMessage(
            "auxiliary address: (DefaultGatewayIPv4:10.214.1.2) must belong to the master pool:"
                + " 10.214.0.0/29");
    create(spec(Map.of(), false, false, AddressPool.of(Prefix.parse("10.214.0.0/29"))));
  }

  @Test
  void linkLocalAddressesAreOnTheInterfaceBesideTheOthers() throws Exception {
    NetworkSpec network = create(spec(Map.of(), false, false));
    Sandbox sandbox = sandbox();
    EndpointSpec plain = endpoint(network, sandbox, "eth0");
    Attachment a =
        driver.join(
            network,
            new EndpointSpec(
                plain.id(),
                network.id(),
                sandbox.id(),
                plain.containerName(),
                "eth0",
                Optional.empty(),
                Optional.empty(),
                List.of(Prefix.address("169.254.7.9"), Prefix.address("fe80::709")),
                Optional.empty(),
                true,
                Map.of()),
            sandbox);
    assertThat(inside(sandbox, () -> NetworkInterface.getByName("eth0").getInterfaceAddresses()))
        .extracting(
            found -> found.getAddress().getHostAddress() + "/" + found.getNetworkPrefixLength())
        .contains("169.254.7.9/16", Prefix.text(ip(a)) + "/" + a.ipv4().orElseThrow().length());
    assertThat(inside(sandbox, () -> Files.readString(Path.of("/proc/thread-self/net/if_inet6"))))
        .contains("fe800000000000000000000000000709");
  }

  @Test
  void mtuAndBridgeNameAreTheUsers() throws Exception {
    String bridge = "gt" + tag;
    NetworkSpec network =
        create(
            spec(
                Map.of(
                    "com.docker.network.driver.mtu",
                    "1333",
                    "com.docker.network.bridge.name",
                    bridge),
                false,
                false));
    Sandbox sandbox = sandbox();
    driver.join(network, endpoint(network, sandbox, "eth0"), sandbox);
    assertThat(inside(sandbox, () -> NetworkInterface.getByName("eth0").getMTU())).isEqualTo(1333);
    assertThat(NetworkInterface.getByName(bridge).getMTU()).isEqualTo(1333);
    driver.remove(network);
    assertThat(Optional.ofNullable(NetworkInterface.getByName(bridge))).isEmpty();
  }

  @Test
  void withoutIccNeighboursAreStrangersAlsoByPing() throws Exception {
    NetworkSpec network =
        create(spec(Map.of("com.docker.network.bridge.enable_icc", "false"), false, false));
    Sandbox one = sandbox();
    Sandbox two = sandbox();
    Attachment a = driver.join(network, endpoint(network, one, "eth0"), one);
    driver.join(network, endpoint(network, two, "eth0"), two);
    serve(one, 80);
    assertThatThrownBy(() -> inside(two, ask(ip(a), 80))).isInstanceOf(IOException.class);
    assertThat(inside(two, () -> ip(a).isReachable(700))).isFalse();
    assertThat(ask(ip(a), 80).call()).isNotEmpty();
    assertThat(inside(two, () -> a.gateway4().orElseThrow().isReachable(2000))).isTrue();
  }

  @Test
  void internalNetworkHasNoWayOut() throws Exception {
    NetworkSpec network = create(spec(Map.of(), false, true));
    Sandbox one = sandbox();
    Sandbox two = sandbox();
    Attachment a = driver.join(network, endpoint(network, one, "eth0"), one);
    driver.join(network, endpoint(network, two, "eth0"), two);
    serve(one, 80);
    assertThat(a.gateway4()).isEmpty();
    assertThat(inside(two, ask(ip(a), 80))).isNotEmpty();
    assertThatThrownBy(() -> inside(two, ask(InetAddress.ofLiteral("198.51.100.1"), 80)))
        .hasMessageContaining("unreachable");
  }

  @Test
  void ipv6AddressesWorkAtOnceAndPortsAreTranslated() throws Exception {
    NetworkSpec network = create(spec(Map.of(), true, false));
    assertThat(network.pools()).hasSize(2);
    Sandbox one = sandbox();
    Sandbox two = sandbox();
    Attachment a = driver.join(network, endpoint(network, one, "eth0"), one);
    driver.join(network, endpoint(network, two, "eth0"), two);
    serve(one, 80);
    InetAddress six = a.ipv6().orElseThrow().address();
    assertThat(inside(two, ask(six, 80))).contains(":");
    int port = driver.publish(network, a, List.of(tcp(80, 0))).getFirst().hostPort();
    InetAddress gateway = a.gateway6().orElseThrow();
    assertThat(ask(gateway, port).call()).contains(":");
    assertThat(inside(two, ask(gateway, port))).contains(":");
    assertThat(ask(InetAddress.ofLiteral("::1"), port).call()).isNotEmpty();
    assertThat(ask(LOCALHOST, port).call()).isNotEmpty();
  }

  @Test
  void udpPortIsPublished() throws Exception {
    NetworkSpec network = network();
    Sandbox sandbox = sandbox();
    Attachment a = driver.join(network, endpoint(network, sandbox, "eth0"), sandbox);
    DatagramSocket server = inside(sandbox, () -> new DatagramSocket(514));
    Thread.startVirtualThread(() -> echo(server));
    try (server) {
      PortBinding udp = new PortBinding(514, Protocol.UDP, Optional.empty(), 0, 0);
      List<PublishedPort> ports = driver.publish(network, a, List.of(udp));
      for (String host : List.of("127.0.0.1", "::1")) {
        try (DatagramSocket client = new DatagramSocket()) {
          client.setSoTimeout(2000);
          client.connect(InetAddress.ofLiteral(host), ports.getFirst().hostPort());
          client.send(new DatagramPacket(new byte[] {'h', 'i'}, 2));
          DatagramPacket answer = new DatagramPacket(new byte[10], 10);
          client.receive(answer);
          assertThat(new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8))
              .isEqualTo("hi");
        }
      }
    }
  }

  private static void echo(DatagramSocket server) {
    try {
      DatagramPacket packet = new DatagramPacket(new byte[100], 100);
      while (true) {
        server.receive(packet);
        server.send(packet);
      }
    } catch (IOException e) {
      assertThat(server.isClosed()).isTrue();
    }
  }

  @Test
  void flushedRulesAndLostBridgeComeBack() throws Exception {
    NetworkSpec network = network();
    Sandbox sandbox = sandbox();
    Attachment a = driver.join(network, endpoint(network, sandbox, "eth0"), sandbox);
    serve(sandbox, 80);
    List<PublishedPort> ports = driver.publish(network, a, List.of(tcp(80, 0)));
    int port = ports.getFirst().hostPort();
    String prefix = chains();
    new Iptables(false)
        .restore(
            "*nat\n-F "
                + prefix
                + "\n-D PREROUTING ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j "
                + prefix
                + "\nCOMMIT\n*filter\n-F "
                + prefix
                + "-IN\nCOMMIT\n");
    List<NetworkState> states =
        List.of(
            new NetworkState(
                network, List.of(new NetworkState.EndpointState(a, ports, List.of()))));
    Repairs repairs = driver.reconcile(states);
    assertThat(repairs.done()).hasSize(3);
    assertThat(repairs.failed()).isEmpty();
    assertThat(ask(LOCALHOST, port).call()).isNotEmpty();
    try (var socket = RouteSocket.open()) {
      socket.run(new RouteBatch().delete("br-" + network.id().substring(0, 12)));
    }
    assertThat(driver.reconcile(states).done()).hasSize(2);
    assertThat(ask(ip(a), 80).call()).isNotEmpty();
    assertThat(driver.reconcile(states)).isEqualTo(Repairs.NONE);
  }

  @Test
  void driverThatEndsLeavesRulesOnlyForContainers() throws Exception {
    NetworkSpec network = network();
    Sandbox sandbox = sandbox();
    Attachment a = driver.join(network, endpoint(network, sandbox, "eth0"), sandbox);
    driver.close();
    assertThat(new Iptables(false).save()).contains(chains() + "-IN");
    driver = open();
    driver.reconcile(
        List.of(
            new NetworkState(
                network, List.of(new NetworkState.EndpointState(a, List.of(), List.of())))));
    driver.leave(network, a, Optional.of(sandbox));
    driver.close();
    assertThat(new Iptables(false).save()).doesNotContain(chains());
    driver = open();
    driver.reconcile(List.of(new NetworkState(network, List.of())));
  }

  @Test
  void publishingWorksAtOnceAfterEverythingWasFlushed() throws Exception {
    NetworkSpec network = network();
    Sandbox sandbox = sandbox();
    Attachment a = driver.join(network, endpoint(network, sandbox, "eth0"), sandbox);
    serve(sandbox, 80);
    ((BridgeDriver) driver).removeRules();
    int port = driver.publish(network, a, List.of(tcp(80, 0))).getFirst().hostPort();
    assertThat(ask(LOCALHOST, port).call()).isNotEmpty();
  }

  @Test
  void containerCannotReachTheHostsLoopbackThroughTheBridge() throws Exception {
    NetworkSpec network = network();
    Path localnet =
        Path.of("/proc/sys/net/ipv4/conf/br-" + network.id().substring(0, 12) + "/route_localnet");
    assertThat(Files.readString(localnet).strip()).isEqualTo("1");
    String prefix = chains();
    assertThat(new Iptables(false).save())
        .contains("-A " + prefix + "-INPUT -d 127.0.0.0/8 -i br-" + network.id().substring(0, 12));
  }

  @Test
  void wrongOptionsAreRefusedByName() {
    assertThatThrownBy(() -> BridgeOptions.of(Map.of("nonsense", "1")))
        .isInstanceOf(DriverException.class)
        .hasMessageContaining("nonsense");
    assertThatThrownBy(
            () ->
                driver.plan(
                    spec(Map.of("com.docker.network.bridge.enable_icc", "xx"), false, false)))
        .hasMessage(
            "failed to parse com.docker.network.bridge.enable_icc value: xx (strconv.ParseBool:"
                + " parsing \"xx\": invalid syntax)");
    assertThatThrownBy(
            () ->
                driver.plan(
                    spec(Map.of("com.docker.network.bridge.name", "a/../../b"), false, false)))
        .hasMessageContaining("a/../../b");
  }

  @Test
  void engineWhoseRecordsAreGoneGivesUpItsBridgeAndItsRules(@TempDir Path doomed) throws Exception {
    Map<String, String> named = Map.of("com.docker.network.bridge.name", "gt" + tag);
    AddressPool pool = pool("10.215.0.0/24", "", "10.215.0.1");
    String lost = "lost-" + tag;
    NetworkDriver dead = open(lost, doomed);
    NetworkSpec theirs = spec(named, false, false, pool);
    dead.reconcile(List.of());
    dead.create(dead.plan(theirs));
    NetworkSpec wanted = spec(named, false, false, pool);
    assertThatThrownBy(() -> driver.create(driver.plan(wanted)))
        .hasMessageContaining("belongs to another Gantry engine");
    driver.reconcile(List.of());
    assertThat(new Iptables(false).save()).contains(LinkNames.chain(lost));
    Files.delete(doomed);
    assertThat(driver.reconcile(List.of()).done()).hasSize(1).first().asString().contains(lost);
    assertThat(new Iptables(false).save()).doesNotContain(LinkNames.chain(lost));
    NetworkSpec mine = create(wanted);
    Sandbox one = sandbox();
    Sandbox two = sandbox();
    Attachment server = driver.join(mine, endpoint(mine, one, "eth0"), one);
    driver.join(mine, endpoint(mine, two, "eth0"), two);
    serve(one, 80);
    assertThat(inside(two, ask(ip(server), 80))).isNotEmpty();
    assertThat(driver.reconcile(List.of()).done()).isEmpty();
  }

  @Test
  void rulesOfAnotherEngineDoNotTranslateWhatNeighboursSay() throws Exception {
    NetworkSpec network = network();
    Prefix subnet = network.pools().getFirst().subnet().orElseThrow();
    Iptables iptables = new Iptables(false);
    String rule = "POSTROUTING -s " + subnet + " ! -o gt" + tag + " -j MASQUERADE\nCOMMIT\n";
    iptables.restore("*nat\n-A " + rule);
    try {
      Sandbox one = sandbox();
      Sandbox two = sandbox();
      Attachment server = driver.join(network, endpoint(network, one, "eth0"), one);
      Attachment client = driver.join(network, endpoint(network, two, "eth0"), two);
      serve(one, 80);
      assertThat(inside(two, ask(ip(server), 80))).isEqualTo(ip(client).getHostAddress());
    } finally {
      iptables.restore("*nat\n-D " + rule);
    }
  }
}
