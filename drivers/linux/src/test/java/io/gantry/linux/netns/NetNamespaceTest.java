package io.gantry.linux.netns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.netlink.Address;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.PortTranslation;
import io.gantry.linux.netlink.Route;
import io.gantry.linux.netlink.RouteBatch;
import io.gantry.linux.netlink.RouteSocket;
import io.gantry.linux.netlink.VethPair;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Namespaces, links, addresses and routes on the real kernel; everything in a namespace of the
 * test's own.
 */
class NetNamespaceTest {

  @TempDir Path directory;
  private Path host;
  private Path container;
  private final String tag = Integer.toHexString(ThreadLocalRandom.current().nextInt(0x10000));

  @BeforeEach
  void namespaces() throws IOException {
    host = directory.resolve("host");
    container = directory.resolve("container");
    NetNamespace.create(host);
    NetNamespace.create(container);
  }

  @AfterEach
  void remove() throws IOException {
    NetNamespace.remove(container);
    NetNamespace.remove(host);
  }

  @Test
  void namespaceHasItsOwnLoopbackWhichIsUp() throws IOException {
    List<Link> links = inside(container, RouteSocket::links);
    assertThat(links).filteredOn(l -> l.name().equals("lo")).singleElement().matches(Link::up);
    assertThat(links).noneMatch(l -> l.name().equals("eth0"));
    assertThat(NetNamespace.exists(container)).isTrue();
    NetNamespace.remove(container);
    NetNamespace.remove(container);
    assertThat(container).doesNotExist();
  }

  @Test
  void creationThatWasCutOffIsNotTakenForANamespace() throws IOException {
    Path empty = Files.createFile(directory.resolve("empty"));
    assertThat(NetNamespace.exists(empty)).isFalse();
    NetNamespace.remove(empty);
    assertThat(empty).doesNotExist();
  }

  @Test
  void taskComesHomeAlsoWhenItFails() throws IOException {
    Path own = Path.of("/proc/thread-self/ns/net");
    Path before = NetThreads.call(() -> Files.readSymbolicLink(own));
    assertThatThrownBy(
            () ->
                NetNamespace.inside(
                    container,
                    () -> {
                      throw new IOException("on purpose");
                    }))
        .hasMessage("on purpose");
    for (int i = 0; i < 20; i++) {
      assertThat(NetThreads.call(() -> Files.readSymbolicLink(own))).isEqualTo(before);
    }
  }

  @Test
  void vethInOneMessageCarriesTraffic() throws Exception {
    InetAddress there = InetAddress.ofLiteral("10.77.0.2");
    InetAddress gateway = InetAddress.ofLiteral("10.77.0.1");
    RouteSocket socket = inside(host, s -> s, false);
    try (socket) {
      socket.run(new RouteBatch().addBridge("br" + tag, mac(1), 1400).setAlias("br" + tag, "mine"));
      Link bridge = socket.link("br" + tag).orElseThrow();
      assertThat(bridge.kind()).isEqualTo("bridge");
      assertThat(bridge.alias()).isEqualTo("mine");
      assertThat(bridge.mtu()).isEqualTo(1400);
      socket.run(new RouteBatch().addAddress(bridge.index(), gateway, 24));
      NetNamespace.withDescriptor(
          container,
          fd -> {
            socket.run(
                new RouteBatch()
                    .addVeth(
                        new VethPair(
                            "v" + tag, bridge.index(), "eth0", "02:42:0a:4d:00:02", 1400, fd, true))
                    .setHairpin("v" + tag, true));
            return true;
          });
      assertThat(socket.link("v" + tag).orElseThrow().master()).isEqualTo(bridge.index());
      inside(
          container,
          s -> {
            Link eth0 = s.link("eth0").orElseThrow();
            assertThat(eth0.mac()).isEqualTo("02:42:0a:4d:00:02");
            s.run(
                new RouteBatch()
                    .setUp(eth0.index())
                    .addAddress(eth0.index(), there, 24)
                    .defaultRoute(eth0.index(), gateway));
            assertThat(s.addresses()).contains(new Address(eth0.index(), there, 24));
            assertThat(s.routes())
                .filteredOn(Route::isDefault)
                .singleElement()
                .matches(r -> r.gateway().orElseThrow().equals(gateway));
            return true;
          });
      try (ServerSocket server =
              NetNamespace.inside(container, () -> new ServerSocket(80, 5, there));
          Socket client =
              NetNamespace.inside(
                  host,
                  () -> {
                    Socket s = new Socket();
                    s.connect(new InetSocketAddress(there, 80), 2000);
                    return s;
                  });
          Socket accepted = server.accept()) {
        assertThat(accepted.getInetAddress()).isEqualTo(gateway);
        assertThat(client.isConnected()).isTrue();
      }
      socket.run(new RouteBatch().delete("v" + tag));
      assertThat(socket.link("v" + tag)).isEmpty();
    }
  }

  @Test
  void translatedPortLeavesTheOriginalFree() throws Exception {
    Inet4Address resolver = (Inet4Address) InetAddress.ofLiteral("127.0.0.11");
    record Sockets(ServerSocket hidden, ServerSocket own, Socket client) {}
    Sockets sockets =
        NetNamespace.inside(
            container,
            () -> {
              ServerSocket hidden = new ServerSocket(0, 5, resolver);
              PortTranslation.install(resolver, 53, hidden.getLocalPort(), 9);
              ServerSocket own = new ServerSocket(53);
              Socket client = new Socket();
              client.connect(new InetSocketAddress(resolver, 53), 2000);
              return new Sockets(hidden, own, client);
            });
    try (sockets.hidden;
        sockets.own;
        sockets.client) {
      sockets.hidden.setSoTimeout(2000);
      assertThat(sockets.hidden.accept().getLocalPort()).isEqualTo(sockets.hidden.getLocalPort());
      assertThat(sockets.client.getPort()).isEqualTo(53);
    }
  }

  @Test
  void refusalNamesTheAction() throws IOException {
    inside(
        host,
        s -> {
          assertThatThrownBy(() -> s.run(new RouteBatch().delete("nothere").setUp(1)))
              .isInstanceOfSatisfying(
                  ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV))
              .hasMessageStartingWith("delete link nothere");
          assertThat(s.attempt(new RouteBatch().setUp(1).setUp(4711))).hasSize(1);
          return true;
        });
  }

  private static byte[] mac(int last) {
    return new byte[] {2, 0x42, 10, 77, 0, (byte) last};
  }

  private interface Work<T> {
    T run(RouteSocket socket) throws IOException;
  }

  private static <T> T inside(Path namespace, Work<T> work) throws IOException {
    return inside(namespace, work, true);
  }

  private static <T> T inside(Path namespace, Work<T> work, boolean close) throws IOException {
    return NetNamespace.inside(
        namespace,
        () -> {
          RouteSocket socket = RouteSocket.open();
          try {
            return work.run(socket);
          } finally {
            if (close) {
              socket.close();
            }
          }
        });
  }
}
