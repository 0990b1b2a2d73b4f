package io.gantry.console.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.console.line.UsageException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ConnectionTest {

  @TempDir Path directory;

  /** A client of a server that gives each request the same answer and closes. */
  private Daemon answering(String answer) throws IOException {
    Path socket = directory.resolve("socket");
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofVirtual()
        .start(
            () -> {
              try (server;
                  SocketChannel client = server.accept()) {
                client.read(ByteBuffer.allocate(8192));
                client.write(ByteBuffer.wrap(answer.getBytes(UTF_8)));
              } catch (IOException e) {
                // The client has what it wanted.
              }
            });
    return new Daemon(new DaemonAddress.Unix(socket));
  }

  @Test
  void chunksAreJoined() throws Exception {
    Daemon daemon =
        answering(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5;x=y\r\n{\"a\":\r\n2\r\n1}\r\n0\r\nTrailer: x\r\n\r\n");
    assertThat(daemon.get(Resource.of("/x")).path("a").asInt()).isEqualTo(1);
  }

  @Test
  void documentsComeOneByOne() throws Exception {
    Daemon daemon =
        answering(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "9\r\n{\"a\":1}\r\n\r\n7\r\n{\"a\":2}\r\n0\r\n\r\n");
    List<JsonNode> seen = new ArrayList<>();
    try (Daemon.Stream stream = daemon.stream("GET", Resource.of("/x"))) {
      stream.forEach(seen::add);
    }
    assertThat(seen).extracting(node -> node.path("a").asInt()).containsExactly(1, 2);
  }

  @Test
  void refusalsHaveTheDaemonsMessage() throws Exception {
    Daemon daemon =
        answering("HTTP/1.1 404 Not Found\r\nContent-Length: 22\r\n\r\n{\"message\":\"not here\"}");
    assertThatThrownBy(() -> daemon.get(Resource.of("/x")))
        .isInstanceOfSatisfying(DaemonException.class, e -> assertThat(e.notFound()).isTrue())
        .hasMessage("not here");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-x\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{\"a\"",
        "HTTP/1.1 200 OK\r\n"
      })
  void malformedAnswersAreErrorsOfOneLine(String answer) throws Exception {
    Daemon daemon = answering(answer);
    assertThatThrownBy(() -> daemon.get(Resource.of("/x")))
        .isInstanceOf(IOException.class)
        .hasMessageNotContaining("\n");
  }

  @Test
  void aMissingDaemonIsNamed() {
    Daemon daemon = new Daemon(new DaemonAddress.Unix(directory.resolve("none")));
    assertThatThrownBy(() -> daemon.get(Resource.of("/x")))
        .isInstanceOf(NoDaemonException.class)
        .hasMessage(
            "Cannot connect to the Gantry daemon at unix://"
                + directory.resolve("none")
                + ". Is it running?");
  }

  @Test
  void addressesAreRead() {
    assertThat(DaemonAddress.of(Map.of())).hasToString(DaemonAddress.DEFAULT);
    assertThat(DaemonAddress.of(Map.of("DOCKER_HOST", "unix:///d", "GANTRY_HOST", "unix:///g")))
        .hasToString("unix:///g");
    assertThat(DaemonAddress.of(Map.of("DOCKER_HOST", "tcp://localhost:2375")))
        .isEqualTo(new DaemonAddress.Tcp("localhost", 2375));
    for (String text : List.of("", "unix://", "/a", "tcp://x", "tcp://x:y", "ssh://x")) {
      assertThatThrownBy(() -> DaemonAddress.parse(text)).isInstanceOf(UsageException.class);
    }
  }

  @Test
  void resourcesAreEncoded() {
    assertThat(Resource.of("/images/{}/json", "a/b:1@sha256:c d?").with("x", "a&b").toString())
        .isEqualTo("/images/a/b:1@sha256:c%20d%3F/json?x=a%26b");
  }

  @Test
  void framesGoWhereTheyBelong() throws Exception {
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    frames.writeBytes(new byte[] {1, 0, 0, 0, 0, 0, 0, 2, 'h', 'i'});
    frames.writeBytes(new byte[] {2, 0, 0, 0, 0, 0, 0, 1, '!'});
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Frames.copy(new ByteArrayInputStream(frames.toByteArray()), out, err);
    assertThat(out.toString(UTF_8)).isEqualTo("hi");
    assertThat(err.toString(UTF_8)).isEqualTo("!");
    byte[] cut = Arrays.copyOf(frames.toByteArray(), 9);
    assertThatThrownBy(() -> Frames.copy(new ByteArrayInputStream(cut), out, err))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(
            () ->
                Frames.copy(
                    new ByteArrayInputStream(new byte[] {9, 0, 0, 0, 0, 0, 0, 1, 1}), out, err))
        .isInstanceOf(IOException.class);
  }
}
