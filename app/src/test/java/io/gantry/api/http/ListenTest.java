package io.gantry.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.api.listen.Connection;
import io.gantry.api.stream.ProgressStream;
import io.gantry.config.ListenAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.web.server.WebServer;

/** The sockets: who may connect, what is replaced, who is told that a client left. */
class ListenTest {

  private static final Controller PING =
      routes -> routes.get("/_ping", exchange -> exchange.text("OK"));

  @TempDir Path directory;

  @Test
  void socketIsForRootAndItsGroupOnly() throws Exception {
    try (TestServer server = new TestServer(PING)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(server.socket())))
          .isEqualTo("rw-rw----");
      try (var files = Files.list(server.socket().getParent())) {
        assertThat(files).containsExactly(server.socket());
      }
    }
  }

  @Test
  void protocolIsNotBegunForAClientThatHasLeft() throws Exception {
    CountDownLatch left = new CountDownLatch(1);
    CompletableFuture<Throwable> refused = new CompletableFuture<>();
    Controller controller =
        routes ->
            routes.stream(
                "POST",
                "/attach",
                exchange -> {
                  left.await();
                  try {
                    exchange.takeOver(101, "", "tcp", client -> {});
                    refused.complete(new AssertionError("the client has left"));
                  } catch (IOException e) {
                    refused.complete(e);
                    throw e;
                  }
                });
    try (TestServer server = new TestServer(controller)) {
      try (RawClient client = server.client()) {
        client.send(
            "POST /attach HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
                + "Content-Length: 0\r\n\r\n");
      }
      left.countDown();
      assertThat(refused.get()).isInstanceOf(IOException.class);
    }
  }

  @Test
  void operationIsCalledOffWhenItsClientLeaves() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Throwable> end = new CompletableFuture<>();
    Controller controller =
        routes ->
            routes.stream(
                "POST",
                "/pull",
                exchange ->
                    ProgressStream.sendWhileThere(
                        exchange,
                        progress -> {
                          begun.countDown();
                          try {
                            new CountDownLatch(1).await();
                          } catch (InterruptedException e) {
                            end.complete(e);
                            throw e;
                          }
                        }));
    try (TestServer server = new TestServer(controller)) {
      try (RawClient client = server.client()) {
        client.send("POST /pull HTTP/1.1\r\nHost: test\r\nContent-Length: 0\r\n\r\n");
        begun.await();
      }
      assertThat(end.get()).isInstanceOf(InterruptedException.class);
    }
  }

  @Test
  void socketIsGoneAfterTheEnd() throws Exception {
    Path socket = directory.resolve("s");
    WebServer server = TestServer.start(List.of(new ListenAddress.Unix(socket)), PING);
    server.stop();
    server.destroy();
    assertThat(socket).doesNotExist();
  }

  @Test
  void socketOfADeadEngineIsReplaced() throws Exception {
    Path socket = directory.resolve("s");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(socket).exists();
    WebServer server = TestServer.start(List.of(new ListenAddress.Unix(socket)), PING);
    try (RawClient client = new RawClient(socket)) {
      assertThat(client.get("/_ping").text()).isEqualTo("OK");
    } finally {
      server.stop();
      server.destroy();
    }
  }

  @Test
  void socketOfALivingEngineIsLeftAlone() throws Exception {
    try (TestServer living = new TestServer(PING)) {
      assertThatThrownBy(
              () -> TestServer.start(List.of(new ListenAddress.Unix(living.socket())), PING))
          .hasStackTraceContaining("another engine listens there");
      try (RawClient client = living.client()) {
        assertThat(client.get("/_ping").status()).isEqualTo(200);
      }
      try (var files = Files.list(living.socket().getParent())) {
        assertThat(files).containsExactly(living.socket());
      }
    }
  }

  @Test
  void fileThatIsNoSocketIsLeftAlone() throws Exception {
    Path file = Files.writeString(directory.resolve("s"), "precious");
    assertThatThrownBy(() -> TestServer.start(List.of(new ListenAddress.Unix(file)), PING))
        .hasStackTraceContaining("not a socket");
    assertThat(file).hasContent("precious");
  }

  @Test
  void servesTcpBesideTheSocket() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (TestServer server =
            new TestServer(List.of(new ListenAddress.Tcp("127.0.0.1", port)), PING);
        RawClient tcp = new RawClient(new InetSocketAddress("127.0.0.1", port));
        RawClient unix = server.client()) {
      assertThat(tcp.get("/_ping").text()).isEqualTo("OK");
      assertThat(unix.get("/_ping").text()).isEqualTo("OK");
    }
  }

  @Test
  void keepsAConnectionForThousandsOfRequests() throws Exception {
    try (TestServer server = new TestServer(PING);
        RawClient client = server.client()) {
      for (int i = 0; i < 2000; i++) {
        assertThat(client.get("/_ping").status()).isEqualTo(200);
      }
    }
  }

  @Test
  void tellsWhoIsAtTheOtherEnd() throws Exception {
    Controller who =
        routes ->
            routes.get(
                "/who",
                exchange ->
                    exchange.text(exchange.connection().peer().orElseThrow().user().getName()));
    try (TestServer server = new TestServer(who);
        RawClient client = server.client()) {
      assertThat(client.get("/who").text()).isEqualTo(System.getProperty("user.name"));
    }
  }

  @Test
  void noticesThatAWaitingClientLeft() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    CountDownLatch left = new CountDownLatch(1);
    Controller quiet =
        routes ->
            routes.stream(
                "GET",
                "/quiet",
                exchange -> {
                  exchange.stream(200, "text/plain");
                  CountDownLatch departure = new CountDownLatch(1);
                  try (Connection.Watch watch =
                      exchange.connection().onDeparture(departure::countDown)) {
                    waiting.countDown();
                    if (departure.await(10, TimeUnit.SECONDS)) {
                      left.countDown();
                    }
                  }
                });
    try (TestServer server = new TestServer(quiet)) {
      RawClient client = server.client();
      client.send("GET /quiet HTTP/1.1\r\nHost: x\r\n\r\n");
      client.head();
      assertThat(waiting.await(5, TimeUnit.SECONDS)).isTrue();
      client.close();
      assertThat(left.await(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aNextRequestSentEarlyIsNoDeparture() throws Exception {
    AtomicReference<CountDownLatch> go = new AtomicReference<>(new CountDownLatch(1));
    Controller quiet =
        routes ->
            routes
                .get(
                    "/wait",
                    exchange -> {
                      boolean[] gone = new boolean[1];
                      try (Connection.Watch watch =
                          exchange.connection().onDeparture(() -> gone[0] = true)) {
                        assertThat(go.get().await(5, TimeUnit.SECONDS)).isTrue();
                      }
                      exchange.text(gone[0] ? "gone" : "there");
                    })
                .get("/_ping", exchange -> exchange.text("OK"));
    try (TestServer server = new TestServer(quiet);
        RawClient client = server.client();
        RawClient other = server.client()) {
      for (int i = 0; i < 20; i++) {
        client.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\nGET /_ping HTTP/1.1\r\nHost: x\r\n\r\n");
        // a round trip of somebody else: the early bytes have arrived by then
        assertThat(other.get("/_ping").status()).isEqualTo(200);
        go.get().countDown();
        assertThat(client.answer(false).text()).isEqualTo("there");
        assertThat(client.answer(false).text()).isEqualTo("OK");
        go.set(new CountDownLatch(1));
      }
    }
  }

  @Test
  void brokenOffAnswerIsSeenAsBroken() throws Exception {
    Controller breaks =
        routes ->
            routes.get(
                "/breaks",
                exchange -> {
                  var out = exchange.stream(200, "text/plain");
                  out.write('x');
                  out.flush();
                  throw new IllegalStateException("broke");
                });
    try (TestServer server = new TestServer(breaks);
        RawClient client = server.client()) {
      client.send("GET /breaks HTTP/1.1\r\nHost: x\r\n\r\n");
      client.head();
      assertThat(client.chunk()).containsExactly('x');
      assertThatThrownBy(client::chunk).isInstanceOf(IOException.class);
    }
  }
}
