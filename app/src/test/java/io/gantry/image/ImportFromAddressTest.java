package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.gantry.error.EngineException;
import io.gantry.image.transfer.ProgressSink;
import io.gantry.registry.Digests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code POST /images/create?fromSrc=URL}: from a web server of the test's own. */
class ImportFromAddressTest {

  private final byte[] tar = TestArchive.tar().file("bin/sh", "#!").bytes();
  private TestEngine engine;
  private HttpServer server;

  @BeforeEach
  void open() throws Exception {
    engine = TestEngine.open();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void close() throws IOException {
    server.stop(0);
    engine.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      switch (exchange.getRequestURI().getPath()) {
        case "/root.tar" -> send(exchange, 200, tar);
        case "/root.tar.gz" -> send(exchange, 200, gzip(tar));
        case "/moved" -> {
          exchange.getResponseHeaders().add("Location", "/root.tar");
          exchange.sendResponseHeaders(302, -1);
        }
        case "/circle" -> {
          exchange.getResponseHeaders().add("Location", "/circle");
          exchange.sendResponseHeaders(307, -1);
        }
        case "/forbidden" -> send(exchange, 403, "not you\n".getBytes(StandardCharsets.UTF_8));
        case "/noise" -> send(exchange, 200, TestArchive.random(3, 3000));
        case "/broken" -> send(exchange, 500, new byte[0]);
        default -> send(exchange, 404, "no such file".getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  private String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  private String importFrom(String source, ProgressSink progress) {
    ImportRequest request =
        new ImportRequest(
            source, Optional.of(Reference.target("imp", "")), "", List.of(), Optional.empty());
    return engine.images.importTar(request, InputStream.nullInputStream(), progress);
  }

  @ParameterizedTest
  @CsvSource({"http://,/root.tar", "http://,/root.tar.gz", "http://,/moved", "'',/root.tar"})
  void whatTheAddressNamesBecomesAnImage(String scheme, String path) {
    RecordedProgress progress = new RecordedProgress();
    importFrom(scheme + host() + path, progress);
    ImageDetails details = engine.images.inspect("imp:latest", Optional.empty());
    assertThat(details.image().diffIds()).containsExactly(Digests.sha256(tar));
    assertThat(details.comment()).isEqualTo("Imported from " + scheme + host() + path);
    assertThat(progress.text())
        .startsWith("Downloading from http://" + host() + path + "\n")
        .contains("Importing\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/none | NOT_FOUND | failed to GET http://HOST/none with status 404: no such file",
        "/forbidden | FORBIDDEN | failed to GET http://HOST/forbidden with status 403: not you",
        "/broken | SYSTEM | failed to GET http://HOST/broken with status 500: ",
        "/circle | SYSTEM | stopped after 10 redirects of http://HOST/circle"
      })
  void whatTheServerRefusesIsSaid(String path, EngineException.Kind kind, String message) {
    assertThatThrownBy(() -> importFrom("http://" + host() + path, ProgressSink.NONE))
        .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContaining(message.replace("HOST", host()));
    assertThat(engine.images.count()).isZero();
    assertThat(engine.driver.walk()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "file:///etc/passwd | SYSTEM | Get \"file:///etc/passwd\": unsupported protocol scheme"
            + " \"file\"",
        "ftp://127.0.0.1/x | SYSTEM | Get \"ftp://127.0.0.1/x\": unsupported protocol scheme"
            + " \"ftp\"",
        "http://%zz/ | INVALID | parse \"http://%zz/\": invalid URL escape \"%zz\"",
        "'' | SYSTEM | Get \"http:\": http: no Host in request URL"
      })
  void onlyAddressesOfTheWebAreFetched(String source, EngineException.Kind kind, String message) {
    assertThatThrownBy(() -> importFrom(source, ProgressSink.NONE))
        .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessage(message);
  }

  @Test
  void whatStandsThereButIsNoTarLeavesNothing() {
    assertThatThrownBy(() -> importFrom("http://" + host() + "/noise", ProgressSink.NONE))
        .isInstanceOf(EngineException.class);
    assertThat(engine.driver.walk()).isEmpty();
  }

  @Test
  void aBodyThatBreaksOffLeavesNothing() throws Exception {
    try (ServerSocket half = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread sender = Thread.ofVirtual().start(() -> sendHalf(half));
      assertThatThrownBy(
              () -> importFrom("127.0.0.1:" + half.getLocalPort() + "/x", ProgressSink.NONE))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("unexpected EOF");
      sender.join();
    }
    assertThat(engine.driver.walk()).isEmpty();
  }

  private void sendHalf(ServerSocket server) {
    try (Socket client = server.accept()) {
      String head = "HTTP/1.1 200 OK\r\nContent-Length: " + tar.length + "\r\n\r\n";
      client.getInputStream().readNBytes(1);
      client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      client.getOutputStream().write(tar, 0, 700);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
