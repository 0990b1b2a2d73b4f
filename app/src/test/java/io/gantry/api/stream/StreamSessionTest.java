package io.gantry.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.http.Controller;
import io.gantry.api.http.RawClient;
import io.gantry.api.http.TestServer;
import io.gantry.config.ListenAddress;
import io.gantry.container.stream.ProcessStreams;
import io.gantry.container.stream.SpillQueue.Chunk;
import io.gantry.container.stream.StdStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Connections that leave HTTP: both ways of it, half-close, detaching, websockets, volume. */
class StreamSessionTest {

  /** A process that the test plays. */
  private static final class Process implements ProcessStreams {

    final BlockingQueue<Chunk> output = new LinkedBlockingQueue<>();
    final ByteArrayOutputStream input = new ByteArrayOutputStream();
    final CountDownLatch inputEnded = new CountDownLatch(1);
    final CountDownLatch closed = new CountDownLatch(1);
    volatile boolean cat;

    void prints(StdStream stream, String text) {
      output.add(new Chunk(stream, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    void ends() {
      output.add(new Chunk(StdStream.STDIN, ByteBuffer.allocate(0)));
    }

    @Override
    public @Nullable Chunk read() throws InterruptedException {
      Chunk chunk = output.take();
      return chunk.stream() == StdStream.STDIN ? null : chunk;
    }

    @Override
    public void write(ByteBuffer data) {
      byte[] copy = new byte[data.remaining()];
      data.get(copy);
      if (cat) {
        output.add(new Chunk(StdStream.STDOUT, ByteBuffer.wrap(copy)));
      } else {
        synchronized (input) {
          input.writeBytes(copy);
        }
      }
    }

    String written() {
      synchronized (input) {
        return input.toString(StandardCharsets.UTF_8);
      }
    }

    @Override
    public void inputEnded() {
      inputEnded.countDown();
      if (cat) {
        ends();
      }
    }

    @Override
    public void close() {
      closed.countDown();
      ends();
    }
  }

  private static Controller attach(Process process, StreamType type, StreamSession.Input input) {
    return routes ->
        routes.stream(
            "POST",
            "/attach",
            exchange ->
                exchange.takeOver(
                    exchange.upgrade().isPresent() ? 101 : 200,
                    type.mediaType(exchange.version()),
                    exchange.upgrade().orElse(""),
                    new StreamSession(process, type, input)));
  }

  private static final String UPGRADE =
      "POST /attach HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
          + "Content-Length: 0\r\n\r\n";

  @Test
  void upgradesAndFramesBothStreams() throws Exception {
    Process process = new Process();
    process.prints(StdStream.STDOUT, "out");
    process.prints(StdStream.STDERR, "err!");
    process.ends();
    try (TestServer server =
            new TestServer(
                attach(process, StreamType.MULTIPLEXED, new StreamSession.Input.Plain()));
        RawClient client = server.client()) {
      client.send(UPGRADE);
      String head = client.head();
      assertThat(head).startsWith("HTTP/1.1 101");
      assertThat(head).contains("Connection: Upgrade").contains("Upgrade: tcp");
      assertThat(head).contains("Content-Type: application/vnd.docker.multiplexed-stream");
      assertThat(client.readToEnd())
          .isEqualTo(
              "\1\0\0\0\0\0\0\3out\2\0\0\0\0\0\0\4err!".getBytes(StandardCharsets.ISO_8859_1));
      assertThat(process.closed.await(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void olderClientsAreToldItIsRaw() throws Exception {
    Process process = new Process();
    process.ends();
    try (TestServer server =
            new TestServer(
                attach(process, StreamType.MULTIPLEXED, new StreamSession.Input.Plain()));
        RawClient client = server.client()) {
      client.send(UPGRADE.replace("/attach", "/v1.41/attach"));
      assertThat(client.head()).contains("Content-Type: application/vnd.docker.raw-stream");
    }
  }

  @Test
  void takesOverWithoutUpgradeToo() throws Exception {
    Process process = new Process();
    process.prints(StdStream.STDOUT, "hello");
    process.ends();
    try (TestServer server =
            new TestServer(attach(process, StreamType.RAW, new StreamSession.Input.Plain()));
        RawClient client = server.client()) {
      client.send("POST /attach HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
      String head = client.head();
      assertThat(head).startsWith("HTTP/1.1 200");
      assertThat(head).doesNotContain("Content-Length").doesNotContain("chunked");
      assertThat(client.readToEnd()).asString().isEqualTo("hello");
    }
  }

  @Test
  void inputSentWithTheRequestArrives() throws Exception {
    Process process = new Process();
    process.cat = true;
    try (TestServer server =
            new TestServer(attach(process, StreamType.RAW, new StreamSession.Input.Plain()));
        RawClient client = server.client()) {
      client.send(UPGRADE + "early");
      client.head();
      assertThat(client.read(5)).asString().isEqualTo("early");
      client.send(" and late");
      client.shutdownOutput();
      assertThat(client.readToEnd()).asString().isEqualTo(" and late");
    }
  }

  @Test
  void outputGoesOnAfterTheEndOfInput() throws Exception {
    Process process = new Process();
    try (TestServer server =
            new TestServer(attach(process, StreamType.RAW, new StreamSession.Input.Plain()));
        RawClient client = server.client()) {
      client.send(UPGRADE);
      client.head();
      client.send("in");
      client.shutdownOutput();
      assertThat(process.inputEnded.await(5, TimeUnit.SECONDS)).isTrue();
      assertThat(process.written()).isEqualTo("in");
      for (int i = 0; i < 5; i++) {
        process.prints(StdStream.STDOUT, "tick");
        assertThat(client.read(4)).asString().isEqualTo("tick");
      }
      process.ends();
      assertThat(client.readToEnd()).isEmpty();
    }
  }

  @Test
  void whoHangsUpIsNoticedThoughTheProcessIsSilent() throws Exception {
    Process process = new Process();
    try (TestServer server =
            new TestServer(attach(process, StreamType.RAW, new StreamSession.Input.Plain()));
        RawClient client = server.client()) {
      client.send(UPGRADE);
      client.head();
      client.send("last words");
      client.shutdownOutput();
      assertThat(process.inputEnded.await(5, TimeUnit.SECONDS)).isTrue();
      process.prints(StdStream.STDOUT, "tick");
      assertThat(client.read(4)).asString().isEqualTo("tick");
      assertThat(process.closed.getCount()).isEqualTo(1);
      client.close();
      assertThat(process.closed.await(5, TimeUnit.SECONDS)).isTrue();
      assertThat(process.written()).isEqualTo("last words");
    }
  }

  @Test
  void whoHangsUpAtOnceHasAllItSentPassedOn() throws Exception {
    Process process = new Process();
    try (TestServer server =
        new TestServer(attach(process, StreamType.RAW, new StreamSession.Input.Plain()))) {
      try (RawClient client = server.client()) {
        client.send(UPGRADE);
        client.head();
        client.send("x".repeat(100_000));
      }
      assertThat(process.closed.await(5, TimeUnit.SECONDS)).isTrue();
      assertThat(process.written()).hasSize(100_000);
    }
  }

  @Test
  void aBrokenConnectionIsNoticedThoughTheProcessIsSilent() throws Exception {
    Process process = new Process();
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (TestServer server =
        new TestServer(
            List.of(new ListenAddress.Tcp("127.0.0.1", port)),
            attach(process, StreamType.RAW, new StreamSession.Input.Ignored()))) {
      RawClient client = new RawClient(new InetSocketAddress("127.0.0.1", port));
      client.send(UPGRADE);
      client.head();
      client.shutdownOutput();
      client.reset();
      assertThat(process.closed.await(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void detachKeysEndTheSessionAndAreNotPassedOn() throws Exception {
    Process process = new Process();
    CountDownLatch detached = new CountDownLatch(1);
    StreamSession.Input input =
        new StreamSession.Input.Terminal(DetachKeys.DEFAULT, detached::countDown);
    try (TestServer server = new TestServer(attach(process, StreamType.RAW, input));
        RawClient client = server.client()) {
      client.send(UPGRADE);
      client.head();
      client.send("a\20b\20\20\21never");
      assertThat(detached.await(5, TimeUnit.SECONDS)).isTrue();
      assertThat(client.readToEnd()).isEmpty();
      assertThat(process.written()).isEqualTo("a\20b\20");
      assertThat(process.inputEnded.getCount()).isEqualTo(1);
    }
  }

  @Test
  void carries64MiBBothWaysUnchanged() throws Exception {
    Process process = new Process();
    process.cat = true;
    byte[] data = new byte[1 << 20];
    new Random(7).nextBytes(data);
    try (TestServer server =
            new TestServer(attach(process, StreamType.RAW, new StreamSession.Input.Plain()));
        RawClient client = server.client()) {
      client.send(UPGRADE);
      client.head();
      for (int i = 0; i < 64; i++) {
        Thread sender =
            Thread.startVirtualThread(
                () -> {
                  try {
                    client.send(data);
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
        assertThat(client.read(data.length)).isEqualTo(data);
        sender.join();
      }
      client.shutdownOutput();
      assertThat(client.readToEnd()).isEmpty();
    }
  }

  private static final String WEB_SOCKET =
      "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

  private static Controller webSocket(Process process) {
    return routes ->
        routes.stream(
            "GET",
            "/ws",
            exchange -> {
              exchange.answerHeader(
                  "Sec-WebSocket-Accept", WebSocket.accept(exchange.header("Sec-WebSocket-Key")));
              exchange.takeOver(
                  101,
                  "",
                  "websocket",
                  connection -> {
                    WebSocket ws = new WebSocket(connection, true);
                    new StreamSession(process, StreamType.RAW, new StreamSession.Input.Plain())
                        .run(ws.client());
                    ws.close();
                  });
            });
  }

  @Test
  void closingAWebsocketEndsTheSessionOfASilentProcess() throws Exception {
    Process process = new Process();
    try (TestServer server = new TestServer(webSocket(process));
        RawClient client = server.client()) {
      client.send(WEB_SOCKET);
      client.head();
      client.send(frame(2, "last words"));
      client.send(frame(8, ""));
      assertThat(client.readToEnd()).isEqualTo(new byte[] {(byte) 0x88, 0});
      assertThat(process.written()).isEqualTo("last words");
      assertThat(process.closed.getCount()).isZero();
    }
  }

  @Test
  void websocketCarriesBinaryFrames() throws Exception {
    Process process = new Process();
    process.cat = true;
    try (TestServer server = new TestServer(webSocket(process));
        RawClient client = server.client()) {
      client.send(WEB_SOCKET);
      assertThat(client.head()).contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      client.send(frame(2, "hello"));
      assertThat(client.read(7)).isEqualTo(new byte[] {(byte) 0x82, 5, 'h', 'e', 'l', 'l', 'o'});
      client.send(frame(9, "?"));
      assertThat(client.read(3)).isEqualTo(new byte[] {(byte) 0x8a, 1, '?'});
      client.send(frame(2, "x".repeat(70_000)));
      StringBuilder got = new StringBuilder();
      while (got.length() < 70_000) {
        byte[] head = client.read(2);
        int length = head[1] & 0x7f;
        if (length == 126) {
          length = ByteBuffer.wrap(client.read(2)).getShort() & 0xffff;
        }
        got.append(new String(client.read(length), StandardCharsets.US_ASCII));
      }
      assertThat(got.toString()).isEqualTo("x".repeat(70_000));
      client.send(frame(8, "\3\350"));
      assertThat(client.read(4)).isEqualTo(new byte[] {(byte) 0x88, 2, 3, (byte) 0xe8});
      assertThat(client.readToEnd()).isEmpty();
    }
  }

  /** A masked frame, as clients send them. */
  private static byte[] frame(int opcode, String text) {
    byte[] data = text.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer frame = ByteBuffer.allocate(data.length + 14).put((byte) (0x80 | opcode));
    if (data.length < 126) {
      frame.put((byte) (0x80 | data.length));
    } else {
      frame.put((byte) 0xff).putLong(data.length);
    }
    byte[] mask = {1, 2, 3, 4};
    frame.put(mask);
    for (int i = 0; i < data.length; i++) {
      frame.put((byte) (data[i] ^ mask[i & 3]));
    }
    return Arrays.copyOf(frame.array(), frame.position());
  }
}
