package io.gantry.plugins.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.network.NetworkDriver.Feature;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@link NetworkDriver} promises, on the real kernel. A driver's test extends this and says
 * how the driver is opened and how namespaces are made; tests of features the driver does not have
 * are skipped.
 */
public abstract class NetworkDriverConformance {

  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir protected Path directory;
  protected NetworkDriver driver;
  protected final List<NetworkSpec> networks = new ArrayList<>();
  private final List<Sandbox> sandboxes = new ArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();

  /**
   * A new driver over whatever the last one left in the kernel, as after a restart of the daemon.
   */
  protected abstract NetworkDriver open() throws Exception;

  /** Makes a network namespace with its loopback up. */
  protected abstract void makeNamespace(Path file) throws IOException;

  protected abstract void removeNamespace(Path file) throws IOException;

  /** Runs something in a namespace. */
  protected abstract <T> T inside(Sandbox sandbox, Callable<T> task) throws IOException;

  /**
   * The names of the interfaces in a namespace. {@link NetworkInterface} mixes in those of the
   * whole process.
   */
  protected Set<String> interfaces(Sandbox sandbox) throws IOException {
    return inside(
        sandbox,
        () ->
            Files.readAllLines(Path.of("/proc/thread-self/net/dev")).stream()
                .filter(line -> line.contains(":"))
                .map(line -> line.substring(0, line.indexOf(':')).strip())
                .collect(Collectors.toSet()));
  }

  @BeforeEach
  void openDriver() throws Exception {
    driver = open();
    driver.reconcile(List.of());
  }

  @AfterEach
  void removeEverything() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    for (Sandbox sandbox : sandboxes) {
      removeNamespace(sandbox.netns());
    }
    for (NetworkSpec network : networks) {
      driver.remove(network);
    }
    driver.close();
  }

  protected static String id() {
    byte[] bytes = new byte[32];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  protected static NetworkSpec spec(Map<String, String> options, List<AddressPool> pools) {
    String id = id();
    return new NetworkSpec(id, "n-" + id.substring(0, 6), options, pools, true, false, false);
  }

  protected NetworkSpec network() {
    return create(spec(Map.of(), List.of()));
  }

  protected NetworkSpec create(NetworkSpec wanted) {
    NetworkSpec planned = driver.plan(wanted);
    networks.add(planned);
    driver.create(planned);
    return planned;
  }

  protected Sandbox sandbox() throws IOException {
    String id = id();
    Sandbox sandbox = new Sandbox(id, directory.resolve(id.substring(0, 12)));
    makeNamespace(sandbox.netns());
    sandboxes.add(sandbox);
    return sandbox;
  }

  protected static EndpointSpec endpoint(NetworkSpec network, Sandbox sandbox, String name) {
    return new EndpointSpec(
        id(),
        network.id(),
        sandbox.id(),
        "c-" + sandbox.id().substring(0, 6),
        name,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        true,
        Map.of());
  }

  protected static EndpointSpec endpoint(
      NetworkSpec network, Sandbox sandbox, String name, InetAddress ipv4) {
    EndpointSpec e = endpoint(network, sandbox, name);
    return new EndpointSpec(
        e.id(),
        e.networkId(),
        e.containerId(),
        e.containerName(),
        name,
        Optional.of(ipv4),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        true,
        Map.of());
  }

  protected static InetAddress ip(Attachment attachment) {
    return attachment.ipv4().orElseThrow().address();
  }

  /** A server in the namespace that answers each connection with who the client is. */
  protected void serve(Sandbox sandbox, int port) throws IOException {
    ServerSocket server = inside(sandbox, () -> new ServerSocket(port));
    open.add(server);
    Thread.startVirtualThread(
        () -> {
          while (!server.isClosed()) {
            try (Socket client = server.accept()) {
              String text = client.getInetAddress().getHostAddress();
              client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
              return;
            }
          }
        });
  }

  protected static Callable<String> ask(InetAddress address, int port) {
    return () -> {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(address, port), 1500);
        socket.setSoTimeout(1500);
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      }
    };
  }

  protected static PortBinding tcp(int containerPort, int hostPort) {
    return new PortBinding(containerPort, Protocol.TCP, Optional.empty(), hostPort, hostPort);
  }

  protected void needs(Feature feature) {
    Assumptions.assumeTrue(driver.has(feature), "the driver does not have " + feature);
  }

  @Test
  void plannedNetworkHasSubnetAndGatewayAndOverlapsNoOther() {
    needs(Feature.MANY_NETWORKS);
    NetworkSpec one = network();
    NetworkSpec two = network();
    Prefix first = one.pools().getFirst().subnet().orElseThrow();
    Prefix second = two.pools().getFirst().subnet().orElseThrow();
    assertThat(first.overlaps(second)).isFalse();
    assertThat(first.contains(one.pools().getFirst().gateway().orElseThrow())).isTrue();
    assertThatThrownBy(
            () ->
                driver.plan(
                    spec(
                        Map.of(),
                        List.of(AddressPool.of(new Prefix(first.address(), first.length() + 1))))))
        .isInstanceOfSatisfying(
            DriverException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FORBIDDEN))
        .hasMessageContaining("Pool overlaps with other one on this address space");
    driver.remove(two);
    driver.remove(two);
    assertThat(driver.plan(spec(Map.of(), List.of(AddressPool.of(second))))).isNotNull();
  }

  @Test
  void joinedNamespaceHasInterfaceAddressAndRoute() throws Exception {
    needs(Feature.ADDRESSES);
    NetworkSpec network = network();
    Sandbox sandbox = sandbox();
    Attachment attachment = driver.join(network, endpoint(network, sandbox, "eth0"), sandbox);
    String mac =
        inside(
            sandbox,
            () -> {
              NetworkInterface eth0 = NetworkInterface.getByName("eth0");
              assertThat(becomesUp(eth0)).isTrue();
              assertThat(eth0.inetAddresses()).contains(ip(attachment));
              return HexFormat.ofDelimiter(":").formatHex(eth0.getHardwareAddress());
            });
    assertThat(attachment.mac()).isEqualTo(mac);
    assertThat(attachment.gateway4()).isEqualTo(network.pools().getFirst().gateway());
  }

  /**
   * Java calls an interface up when the kernel also says that it runs, which the kernel does some
   * moments after the other end got its carrier; packets flow before that.
   */
  private static boolean becomesUp(NetworkInterface link) throws Exception {
    for (int i = 0; i < 250 && !link.isUp(); i++) {
      Thread.sleep(20);
    }
    return link.isUp();
  }

  @Test
  void neighboursReachEachOtherAndOtherNetworksDoNot() throws Exception {
    needs(Feature.ADDRESSES);
    NetworkSpec network = network();
    Sandbox one = sandbox();
    Sandbox two = sandbox();
    Attachment server = driver.join(network, endpoint(network, one, "eth0"), one);
    Attachment client = driver.join(network, endpoint(network, two, "eth0"), two);
    serve(one, 80);
    assertThat(inside(two, ask(ip(server), 80))).isEqualTo(ip(client).getHostAddress());
    NetworkSpec other = network();
    Sandbox three = sandbox();
    driver.join(other, endpoint(other, three, "eth0"), three);
    assertThatThrownBy(() -> inside(three, ask(ip(server), 80))).isInstanceOf(IOException.class);
  }

  @Test
  void addressesAreUniqueWantedOnesAreKeptAndFreeOnesComeBack() throws Exception {
    needs(Feature.ADDRESSES);
    NetworkSpec network = network();
    Sandbox sandbox = sandbox();
    Attachment first = driver.join(network, endpoint(network, sandbox, "eth0"), sandbox);
    Attachment second = driver.join(network, endpoint(network, sandbox, "eth1"), sandbox);
    assertThat(ip(first)).isNotEqualTo(ip(second));
    assertThatThrownBy(
            () -> driver.join(network, endpoint(network, sandbox, "eth2", ip(first)), sandbox))
        .isInstanceOfSatisfying(
            DriverException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FORBIDDEN))
        .hasMessageContaining("Address already in use");
    assertThatThrownBy(
            () ->
                driver.join(
                    network,
                    endpoint(network, sandbox, "eth2", InetAddress.ofLiteral("9.9.9.9")),
                    sandbox))
        .isInstanceOfSatisfying(
            DriverException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
    driver.leave(network, first, Optional.of(sandbox));
    assertThat(interfaces(sandbox)).contains("eth1").doesNotContain("eth0");
    Attachment again = driver.join(network, endpoint(network, sandbox, "eth0", ip(first)), sandbox);
    assertThat(again.ipv4()).isEqualTo(first.ipv4());
  }

  @Test
  void manyJoinAtOnceWithoutSharingAnAddress() throws Exception {
    needs(Feature.ADDRESSES);
    NetworkSpec network = network();
    int count = 24;
    List<Sandbox> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(sandbox());
    }
    Set<InetAddress> addresses = ConcurrentHashMap.newKeySet();
    CountDownLatch start = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Sandbox sandbox : all) {
        var unused =
            threads.submit(
                () -> {
                  start.await();
                  return addresses.add(
                      ip(driver.join(network, endpoint(network, sandbox, "eth0"), sandbox)));
                });
      }
      start.countDown();
    }
    assertThat(addresses).hasSize(count);
  }

  @Test
  void failedJoinLeavesNothing() throws Exception {
    needs(Feature.ADDRESSES);
    NetworkSpec network = network();
    Sandbox sandbox = sandbox();
    Attachment first = driver.join(network, endpoint(network, sandbox, "eth0"), sandbox);
    EndpointSpec clash = endpoint(network, sandbox, "eth0");
    assertThatThrownBy(() -> driver.join(network, clash, sandbox))
        .isInstanceOf(DriverException.class);
    Attachment next = driver.join(network, endpoint(network, sandbox, "eth1"), sandbox);
    byte[] expected = ip(first).getAddress();
    expected[3]++;
    assertThat(ip(next).getAddress()).isEqualTo(expected);
  }

  @Test
  void publishedPortIsReachedFromHostNeighboursAndTheContainerItself() throws Exception {
    needs(Feature.PORTS);
    NetworkSpec network = network();
    NetworkSpec elsewhere = network();
    Sandbox server = sandbox();
    Sandbox neighbour = sandbox();
    Sandbox stranger = sandbox();
    Attachment attachment = driver.join(network, endpoint(network, server, "eth0"), server);
    driver.join(network, endpoint(network, neighbour, "eth0"), neighbour);
    driver.join(elsewhere, endpoint(elsewhere, stranger, "eth0"), stranger);
    serve(server, 80);
    List<PublishedPort> ports = driver.publish(network, attachment, List.of(tcp(80, 0)));
    int port = ports.getFirst().hostPort();
    assertThat(port).isPositive();
    InetAddress gateway = attachment.gateway4().orElseThrow();
    assertThat(ask(InetAddress.ofLiteral("127.0.0.1"), port).call())
        .isEqualTo(gateway.getHostAddress());
    assertThat(ask(gateway, port).call()).isNotEmpty();
    if (ports.stream().anyMatch(p -> p.hostAddress().getAddress().length == 16)) {
      assertThat(ask(InetAddress.ofLiteral("::1"), port).call()).isNotEmpty();
    }
    assertThat(inside(neighbour, ask(gateway, port))).isNotEmpty();
    assertThat(inside(server, ask(gateway, port))).isNotEmpty();
    assertThat(inside(stranger, ask(gateway, port))).isNotEmpty();
    driver.withdraw(network, attachment);
    driver.withdraw(network, attachment);
    driver.publish(network, attachment, List.of(tcp(81, 0)));
    assertThatThrownBy(ask(InetAddress.ofLiteral("127.0.0.1"), port)::call)
        .isInstanceOf(IOException.class);
  }

  /** A port that nobody is given by chance: below the kernel's range for such. */
  private static int unusedPort() throws IOException {
    while (true) {
      try (ServerSocket socket = new ServerSocket(10_000 + RANDOM.nextInt(20_000))) {
        return socket.getLocalPort();
      } catch (BindException e) {
        assertThat(e).hasMessageContaining("in use");
      }
    }
  }

  @Test
  void busyPortIsRefusedByNameAndNothingIsPublished() throws Exception {
    needs(Feature.PORTS);
    NetworkSpec network = network();
    Sandbox one = sandbox();
    Sandbox two = sandbox();
    Attachment first = driver.join(network, endpoint(network, one, "eth0"), one);
    Attachment second = driver.join(network, endpoint(network, two, "eth0"), two);
    int port = driver.publish(network, first, List.of(tcp(80, 0))).getFirst().hostPort();
    int free;
    try (ServerSocket busy = new ServerSocket(unusedPort())) {
      free = busy.getLocalPort();
      assertThatThrownBy(
              () -> driver.publish(network, second, List.of(tcp(80, busy.getLocalPort()))))
          .hasMessageContaining("address already in use")
          .hasMessageContaining(":" + busy.getLocalPort());
    }
    assertThatThrownBy(() -> driver.publish(network, second, List.of(tcp(80, free), tcp(81, port))))
        .isInstanceOf(DriverException.class)
        .hasMessageContaining("Bind for ")
        .hasMessageContaining(":" + port + " failed: port is already allocated");
    for (int i = 0; i < 10; i++) {
      assertThat(driver.publish(network, second, List.of(tcp(80, free)))).isNotEmpty();
      driver.withdraw(network, second);
    }
  }

  @Test
  void newDriverLearnsFromTheRecordsAndMendsWhatIsBroken() throws Exception {
    needs(Feature.PORTS);
    NetworkSpec network = network();
    Sandbox sandbox = sandbox();
    Attachment attachment = driver.join(network, endpoint(network, sandbox, "eth0"), sandbox);
    serve(sandbox, 80);
    List<PublishedPort> ports = driver.publish(network, attachment, List.of(tcp(80, 0)));
    int port = ports.getFirst().hostPort();
    Sandbox orphanSandbox = sandbox();
    Attachment orphan =
        driver.join(network, endpoint(network, orphanSandbox, "eth0"), orphanSandbox);
    driver.close();
    assertThat(ask(InetAddress.ofLiteral("127.0.0.1"), port).call()).isNotEmpty();
    driver = open();
    List<NetworkState> states =
        List.of(
            new NetworkState(
                network, List.of(new NetworkState.EndpointState(attachment, ports, List.of()))));
    Repairs repairs = driver.reconcile(states);
    assertThat(repairs.failed()).isEmpty();
    assertThat(repairs.lostEndpoints()).isEmpty();
    assertThat(ask(InetAddress.ofLiteral("127.0.0.1"), port).call()).isNotEmpty();
    assertThat(interfaces(orphanSandbox)).doesNotContain("eth0");
    assertThat(driver.reconcile(states)).isEqualTo(Repairs.NONE);
    Sandbox next = sandbox();
    Attachment joined = driver.join(network, endpoint(network, next, "eth0"), next);
    assertThat(ip(joined)).isEqualTo(ip(orphan));
    assertThatThrownBy(() -> driver.publish(network, joined, List.of(tcp(80, port))))
        .hasMessageContaining("port is already allocated");
  }

  @Test
  void defaultRouteMovesOnRequest() throws Exception {
    needs(Feature.MANY_NETWORKS);
    NetworkSpec one = network();
    NetworkSpec two = network();
    Sandbox sandbox = sandbox();
    driver.join(one, endpoint(one, sandbox, "eth0"), sandbox);
    EndpointSpec quiet = endpoint(two, sandbox, "eth1");
    Attachment second =
        driver.join(
            two,
            new EndpointSpec(
                quiet.id(),
                quiet.networkId(),
                quiet.containerId(),
                quiet.containerName(),
                "eth1",
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                false,
                new HashMap<>()),
            sandbox);
    assertThat(outgoing(sandbox)).isNotEqualTo(ip(second));
    driver.routeThrough(two, second, sandbox);
    assertThat(outgoing(sandbox)).isEqualTo(ip(second));
  }

  /** The address a packet to the world would have. */
  private InetAddress outgoing(Sandbox sandbox) throws IOException {
    return inside(
        sandbox,
        () -> {
          try (var socket = new java.net.DatagramSocket()) {
            socket.connect(InetAddress.ofLiteral("198.51.100.1"), 9);
            return socket.getLocalAddress();
          }
        });
  }
}
