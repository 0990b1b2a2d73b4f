package io.gantry.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.config.DaemonOptions;
import io.gantry.driver.Drivers;
import io.gantry.error.EngineException;
import io.gantry.error.EngineException.Kind;
import io.gantry.event.EventJournal;
import io.gantry.id.Ids;
import io.gantry.linux.netlink.RouteBatch;
import io.gantry.linux.netlink.RouteSocket;
import io.gantry.linux.netns.NetNamespace;
import io.gantry.plugins.Host;
import io.gantry.plugins.network.PublishedPort;
import io.gantry.plugins.network.Repairs;
import io.gantry.store.Store;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Networks and containers' namespaces on the real kernel, with a bridge, a database and an engine
 * id of the test's own.
 */
class NetworkServiceTest {

  private static final InetAddress RESOLVER = InetAddress.ofLiteral("127.0.0.11");

  @TempDir Path root;
  private final String tag =
      Integer.toHexString(ThreadLocalRandom.current().nextInt(0x100000, 0x1000000));
  private final String bridge = "gt" + tag;
  private Store store;
  private Drivers drivers;
  private EventJournal events;
  private NetworkService networks;

  @BeforeEach
  void start() throws Exception {
    String net =
        "10."
            + ThreadLocalRandom.current().nextInt(100, 200)
            + "."
            + ThreadLocalRandom.current().nextInt(250);
    try (RouteSocket socket = RouteSocket.open()) {
      socket.run(new RouteBatch().addBridge(bridge, new byte[] {2, 0x42, 1, 2, 3, 4}, 1500));
      socket.run(
          new RouteBatch()
              .addAddress(
                  socket.link(bridge).orElseThrow().index(),
                  InetAddress.ofLiteral(net + ".1"),
                  24));
    }
    open(Set.of());
  }

  private Repairs open(Set<String> running, String... more) throws Exception {
    Files.createDirectories(root.resolve("db"));
    store = new Store(root.resolve("db"));
    drivers = Drivers.load(root, root.resolve("run"), new Host("6", "amd64", Set.of(), root));
    events = new EventJournal(root.resolve("events"), 1 << 20);
    List<String> flags = new ArrayList<>(List.of("--data-root", root.toString()));
    flags.addAll(List.of("--exec-root", root.resolve("run").toString(), "--bridge", bridge));
    flags.addAll(List.of(more));
    DaemonOptions options = DaemonOptions.read(flags);
    networks =
        new NetworkService(
            store, drivers, events, options.network(), "test-" + tag, root.resolve("netns"));
    return networks.start(running::contains);
  }

  private void close() {
    networks.close();
    drivers.close();
    events.close();
    store.close();
  }

  @AfterEach
  void end() throws Exception {
    for (Network network : networks.list()) {
      for (NetworkService.Details.Member m : networks.inspect(network.id()).members()) {
        networks.down(m.containerId());
      }
      if (!network.isPredefined()) {
        networks.remove(network.id());
      }
    }
    close();
    try (RouteSocket socket = RouteSocket.open()) {
      socket.run(new RouteBatch().delete(bridge));
    }
  }

  private static CreateNetwork request(String name) {
    return new CreateNetwork(
        name, "", "", false, false, false, false, "", null, false, "", Map.of(), List.of(),
        Map.of(), Map.of());
  }

  private static CreateNetwork request(String name, String driver, String subnet) {
    return new CreateNetwork(
        name,
        driver,
        "",
        false,
        false,
        false,
        false,
        "",
        null,
        false,
        "",
        Map.of(),
        subnet.isEmpty() ? List.of() : List.of(new CreateNetwork.Pool(subnet, "", "", Map.of())),
        Map.of(),
        Map.of());
  }

  private static String containerId() {
    return Ids.random();
  }

  private LiveNetworking up(String id, String name, String mode, EndpointSettings settings) {
    return networks.up(
        new ContainerNetworking(
            id,
            name,
            mode,
            networks.check(mode, Map.of(mode, settings)),
            List.of(),
            id.substring(0, 12),
            "",
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of()));
  }

  private static EndpointSettings aliases(String... aliases) {
    return new EndpointSettings("", "", List.of(), List.of(), List.of(aliases), "", Map.of(), 0);
  }

  private static <T> T inside(LiveNetworking live, Callable<T> task) throws IOException {
    return NetNamespace.inside(live.netns().orElseThrow(), task);
  }

  /** Asks the container's resolver. */
  private static List<InetAddress> lookup(LiveNetworking live, String name) throws IOException {
    byte[] answer = query(live, name, 1);
    ByteBuffer in = ByteBuffer.wrap(answer);
    int count = in.getShort(6);
    List<InetAddress> found = new ArrayList<>();
    int at = 12 + name.length() + 2 + 4;
    for (int i = 0; i < count; i++) {
      assertThat(in.getInt(at + 6)).isEqualTo(600);
      byte[] address = new byte[4];
      in.get(at + 12, address);
      found.add(InetAddress.getByAddress(address));
      at += 16;
    }
    return found;
  }

  private static byte[] query(LiveNetworking live, String name, int type) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(512);
    out.putShort((short) 77)
        .putShort((short) 0x100)
        .putShort((short) 1)
        .putInt(0)
        .putShort((short) 0);
    for (String label : name.split("\\.")) {
      out.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
    }
    out.put((byte) 0).putShort((short) type).putShort((short) 1);
    DatagramSocket socket = inside(live, () -> new DatagramSocket());
    try (socket) {
      socket.setSoTimeout(3000);
      socket.send(
          new DatagramPacket(out.array(), out.position(), new InetSocketAddress(RESOLVER, 53)));
      DatagramPacket answer = new DatagramPacket(new byte[4096], 4096);
      socket.receive(answer);
      return Arrays.copyOf(answer.getData(), answer.getLength());
    }
  }

  private static InetAddress ip(LiveNetworking live) {
    return live.endpoints().getFirst().attachment().ipv4().orElseThrow().address();
  }

  @Test
  void predefinedNetworksAreThereAndCannotBeRemovedOrMade() {
    assertThat(networks.list())
        .extracting(Network::name)
        .containsExactlyInAnyOrder("bridge", "host", "none");
    for (String name : List.of("bridge", "host", "none")) {
      assertThatThrownBy(() -> networks.remove(name))
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FORBIDDEN))
          .hasMessage(name + " is a pre-defined network and cannot be removed");
      assertThatThrownBy(() -> networks.create(request(name)))
          .hasMessage("operation is not permitted on predefined " + name + " network ");
    }
  }

  @Test
  void anotherRouterForTheDefaultBridgeComesAndGoesWithItsOption() throws Exception {
    InetAddress own = gateway();
    byte[] bytes = own.getAddress();
    bytes[3] = 99;
    InetAddress router = InetAddress.getByAddress(bytes);
    close();
    open(Set.of(), "--default-gateway", router.getHostAddress());
    assertThat(gateway()).isEqualTo(router);
    close();
    open(Set.of());
    assertThat(gateway()).isEqualTo(own);
    close();
    assertThatThrownBy(() -> open(Set.of(), "--default-gateway", "192.0.2.1"))
        .hasMessageContaining("(DefaultGatewayIPv4:192.0.2.1) must belong to the master pool");
    close();
    open(Set.of());
  }

  /** Where a container of the default bridge sends what leaves it. */
  private InetAddress gateway() {
    String id = containerId();
    LiveNetworking live = up(id, "routed", "bridge", EndpointSettings.NONE);
    networks.down(id);
    return live.endpoints().getFirst().attachment().gateway4().orElseThrow();
  }

  @Test
  void onlyOneOfManyWithOneNameIsMade() throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<Future<String>> all = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 12; i++) {
        all.add(
            threads.submit(
                () -> {
                  start.await();
                  try {
                    return networks.create(request("same")).id();
                  } catch (EngineException e) {
                    return e.kind() + " " + e.getMessage();
                  }
                }));
      }
      start.countDown();
    }
    List<String> results = new ArrayList<>();
    for (Future<String> f : all) {
      results.add(f.get());
    }
    assertThat(results).filteredOn(r -> r.length() == 64).hasSize(1);
    assertThat(results)
        .filteredOn(r -> r.length() != 64)
        .containsOnly("CONFLICT network with name same already exists");
  }

  @Test
  void wrongRequestsAreRefusedInDockersWords() {
    refused(
        request("x", "", "172.29.999.0/24"),
        Kind.INVALID,
        "invalid network config:\ninvalid subnet 172.29.999.0/24: invalid CIDR block notation");
    refused(
        request("x", "", "172.29.9.1/24"),
        Kind.INVALID,
        "invalid network config:\ninvalid subnet 172.29.9.1/24: it should be 172.29.9.0/24");
    refused(request("x", "nosuch", ""), Kind.NOT_FOUND, "plugin \"nosuch\" not found");
    refused(
        request("x", "host", ""),
        Kind.FORBIDDEN,
        "only one instance of \"host\" network is allowed");
    refused(request("", "", ""), Kind.INVALID, "invalid name: name is empty");
    networks.create(request("one", "", "10.201.7.0/24"));
    refused(
        request("two", "", "10.201.7.0/25"),
        Kind.FORBIDDEN,
        "invalid pool request: Pool overlaps with other one on this address space");
    assertThatThrownBy(() -> networks.get("nosuch")).hasMessage("network nosuch not found");
    assertThat(networks.get("one"))
        .isEqualTo(networks.get(networks.get("one").id().substring(0, 10)));
  }

  private void refused(CreateNetwork request, Kind kind, String message) {
    assertThatThrownBy(() -> networks.create(request))
        .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessage(message);
  }

  @Test
  void endpointSettingsAreCheckedAtCreation() {
    networks.create(request("auto"));
    networks.create(request("fixed", "", "10.202.7.0/24"));
    EndpointSettings wanted =
        new EndpointSettings("10.202.7.5", "", List.of(), List.of(), List.of(), "", Map.of(), 0);
    assertThat(networks.check("fixed", Map.of("fixed", wanted))).containsEntry("fixed", wanted);
    assertThatThrownBy(() -> networks.check("auto", Map.of("auto", wanted)))
        .hasMessage(
            "invalid config for network auto: invalid endpoint settings:\n"
                + "user specified IP address is supported only when connecting to networks with"
                + " user configured subnets");
    assertThatThrownBy(() -> networks.check("bridge", Map.of("bridge", wanted)))
        .hasMessage(
            "invalid config for network bridge: invalid endpoint settings:\n"
                + "* user specified IP address is supported on user defined networks only\n"
                + "* no configured subnet or ip-range contain the IP address 10.202.7.5");
    assertThat(networks.check("default", Map.of())).containsOnlyKeys("bridge");
  }

  @Test
  void networkInUseIsNotRemovedAndUnusedOnesArePruned() {
    networks.create(request("used"));
    networks.create(request("unused"));
    String id = containerId();
    up(id, "c1", "used", EndpointSettings.NONE);
    assertThatThrownBy(() -> networks.remove("used"))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FORBIDDEN))
        .hasMessageMatching(
            "error while removing network: network used has active endpoints \\(name:\"c1\""
                + " id:\"[0-9a-f]{12}\"\\)");
    assertThat(networks.prune(n -> true, Set.of("used"))).containsExactly("unused");
    networks.down(id);
    assertThat(networks.prune(n -> true, Set.of())).containsExactly("used");
  }

  @Test
  void namesResolveInUserDefinedNetworks() throws Exception {
    networks.create(request("net"));
    networks.create(request("other"));
    String a = containerId();
    LiveNetworking one = up(a, "web", "net", aliases("db", "group"));
    LiveNetworking two = up(containerId(), "client", "net", aliases("group"));
    LiveNetworking stranger = up(containerId(), "far", "other", EndpointSettings.NONE);
    for (String name : List.of("web", "WEB", "db", a.substring(0, 12), "web.net")) {
      assertThat(lookup(two, name)).containsExactly(ip(one));
    }
    assertThat(lookup(one, "group")).containsExactlyInAnyOrder(ip(one), ip(two));
    assertThat(query(two, "web", 28)[3] & 15).isZero();
    assertThat(lookup(stranger, "far")).containsExactly(ip(stranger));
    String reverse =
        String.join(".", List.of(ip(one).getHostAddress().split("\\.")).reversed())
            + ".in-addr.arpa";
    assertThat(new String(query(two, reverse, 12), StandardCharsets.ISO_8859_1))
        .contains("\3web\3net");
    networks.renamed(a, "site");
    assertThat(lookup(two, "site")).containsExactly(ip(one));
    networks.connect(two.containerId(), "other", aliases("late"), List.of());
    assertThat(lookup(stranger, "late")).hasSize(1);
    assertThat(lookup(networks.live(two.containerId()).orElseThrow(), "far"))
        .containsExactly(ip(stranger));
    networks.disconnect(two.containerId(), "other");
    networks.down(a);
    assertThat(lookup(two, "group")).containsExactly(ip(two));
  }

  @Test
  void tcpQueriesAreAnsweredToo() throws Exception {
    networks.create(request("net"));
    LiveNetworking one = up(containerId(), "web", "net", EndpointSettings.NONE);
    byte[] query = {0, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 'w', 'e', 'b', 0, 0, 1, 0, 1};
    Socket socket = inside(one, () -> new Socket(RESOLVER, 53));
    try (socket) {
      socket.setSoTimeout(3000);
      var out = new DataOutputStream(socket.getOutputStream());
      out.writeShort(query.length);
      out.write(query);
      byte[] answer = new byte[new DataInputStream(socket.getInputStream()).readUnsignedShort()];
      assertThat(socket.getInputStream().readNBytes(answer, 0, answer.length))
          .isEqualTo(answer.length);
      assertThat(Arrays.copyOfRange(answer, answer.length - 4, answer.length))
          .isEqualTo(ip(one).getAddress());
    }
  }

  @Test
  void containerMayHaveANameServerOfItsOwn() throws Exception {
    networks.create(request("net"));
    LiveNetworking one = up(containerId(), "web", "net", EndpointSettings.NONE);
    record Own(DatagramSocket udp, ServerSocket tcp) {}
    Own own = inside(one, () -> new Own(new DatagramSocket(53), new ServerSocket(53)));
    try (own.udp;
        own.tcp) {
      assertThat(lookup(one, "web")).containsExactly(ip(one));
    }
  }

  @Test
  void modesGetWhatTheyShould() throws Exception {
    LiveNetworking none = up(containerId(), "n", "none", EndpointSettings.NONE);
    assertThat(inside(none, () -> Files.readAllLines(Path.of("/proc/thread-self/net/dev"))))
        .filteredOn(line -> line.contains("eth0"))
        .isEmpty();
    LiveNetworking host = up(containerId(), "h", "host", EndpointSettings.NONE);
    assertThat(host.netns()).isEmpty();
    LiveNetworking bridged = up(containerId(), "b", "bridge", EndpointSettings.NONE);
    assertThat(bridged.resolver()).isEmpty();
    assertThat(bridged.endpoints().getFirst().attachment().gateway4()).isPresent();
    assertThatThrownBy(() -> up(containerId(), "x", "nosuch", EndpointSettings.NONE))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND))
        .hasMessage("failed to set up container networking: network nosuch not found");
  }

  @Test
  void restartKeepsRunningContainersAndRemovesOthersLeftovers() throws Exception {
    networks.create(request("net"));
    String kept = containerId();
    String gone = containerId();
    PortRequests ports = new PortRequests().bind("80/tcp", "", "");
    LiveNetworking before =
        networks.up(
            new ContainerNetworking(
                kept,
                "kept",
                "net",
                networks.check("net", Map.of()),
                ports.list(),
                "h",
                "",
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of()));
    LiveNetworking other = up(gone, "gone", "net", EndpointSettings.NONE);
    Path orphan = root.resolve("netns").resolve(containerId());
    NetNamespace.create(orphan);
    close();
    Repairs repairs = open(Set.of(kept));
    assertThat(repairs.failed()).isEmpty();
    assertThat(repairs.lostEndpoints()).isEmpty();
    assertThat(networks.live(kept)).contains(before);
    assertThat(networks.live(gone)).isEmpty();
    assertThat(other.netns().orElseThrow()).doesNotExist();
    assertThat(orphan).doesNotExist();
    assertThat(lookup(before, "kept")).containsExactly(ip(before));
    LiveNetworking next = up(containerId(), "next", "net", EndpointSettings.NONE);
    assertThat(ip(next)).isEqualTo(ip(other));
    assertThat(lookup(before, "next")).containsExactly(ip(next));
    ServerSocket server = inside(before, () -> new ServerSocket(80));
    try (server) {
      PublishedPort port = before.ports().getFirst();
      try (Socket client = new Socket("127.0.0.1", port.hostPort())) {
        assertThat(client.isConnected()).isTrue();
        server.accept().close();
      }
    }
    assertThat(networks.reconcile()).isEqualTo(Repairs.NONE);
  }

  @Test
  void busyPortFailsTheStartAndLeavesNothing() throws Exception {
    networks.create(request("net"));
    try (ServerSocket busy = new ServerSocket(0)) {
      PortRequests ports =
          new PortRequests().bind("80/tcp", "", Integer.toString(busy.getLocalPort()));
      String id = containerId();
      assertThatThrownBy(
              () ->
                  networks.up(
                      new ContainerNetworking(
                          id,
                          "c",
                          "net",
                          networks.check("net", Map.of()),
                          ports.list(),
                          "h",
                          "",
                          List.of(),
                          List.of(),
                          List.of(),
                          List.of(),
                          List.of())))
          .hasMessageStartingWith(
              "failed to set up container networking: driver failed programming external"
                  + " connectivity on endpoint c (")
          .hasMessageContaining("address already in use");
      assertThat(networks.live(id)).isEmpty();
      assertThat(networks.inspect("net").members()).isEmpty();
      assertThat(root.resolve("netns").resolve(id)).doesNotExist();
    }
  }

  @Test
  void filesOfTheContainerNameItsAddress() {
    networks.create(request("net"));
    String id = containerId();
    ContainerNetworking wanted =
        new ContainerNetworking(
            id,
            "c",
            "net",
            networks.check("net", Map.of()),
            List.of(),
            "myhost",
            "dom.x",
            List.of("foo:1.2.3.4", "up:host-gateway"),
            List.of(),
            List.of("a.b"),
            List.of(),
            List.of());
    LiveNetworking live = networks.up(wanted);
    String gateway =
        networks.get("bridge").spec().pools().getFirst().gateway().orElseThrow().getHostAddress();
    assertThat(networks.hostsFile(wanted, live))
        .contains("127.0.0.1\tlocalhost\n")
        .contains("1.2.3.4\tfoo\n")
        .contains(gateway + "\tup\n")
        .endsWith(ip(live).getHostAddress() + "\tmyhost.dom.x myhost\n");
    assertThat(networks.resolvConf(wanted, live))
        .contains("nameserver 127.0.0.11\n")
        .contains("search a.b\n")
        .contains("options ndots:0");
    assertThat(Optional.of(live)).isEqualTo(networks.live(id));
  }
}
