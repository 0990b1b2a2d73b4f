package io.gantry.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.PlatformThread;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bodies as long as archives, read on the thread of a request and on one that does their work. */
@Timeout(60)
class BodyTest {

  private static final byte[] CONTENT = new byte[3_000_001];

  static {
    new Random(5).nextBytes(CONTENT);
  }

  /** How a handler reads. */
  private interface Reading {
    byte[] all(InputStream body) throws IOException;
  }

  private static byte[] byChannel(InputStream body) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer room = ByteBuffer.allocateDirect(100_003);
    ReadableByteChannel channel = (ReadableByteChannel) body;
    while (channel.read(room) >= 0) {
      room.flip();
      byte[] piece = new byte[room.remaining()];
      room.get(piece);
      all.writeBytes(piece);
      room.clear();
    }
    return all.toByteArray();
  }

  private static Controller echo(Reading reading, boolean onPlatformThread) {
    return routes ->
        routes.stream(
            "PUT",
            "/body",
            exchange -> {
              InputStream body = exchange.body();
              byte[] all =
                  onPlatformThread
                      ? PlatformThread.call("body", () -> reading.all(body))
                      : reading.all(body);
              exchange.bytes(200, "application/octet-stream").write(all);
            });
  }

  @ParameterizedTest
  @CsvSource({
    "array,false,false",
    "array,false,true",
    "array,true,false",
    "array,true,true",
    "channel,false,false",
    "channel,false,true",
    "channel,true,false",
    "channel,true,true"
  })
  void bodyComesWholeAndTheConnectionGoesOn(String way, boolean chunked, boolean onPlatformThread)
      throws Exception {
    Reading reading = way.equals("array") ? InputStream::readAllBytes : BodyTest::byChannel;
    try (TestServer server = new TestServer(echo(reading, onPlatformThread));
        RawClient client = server.client()) {
      for (int i = 0; i < 2; i++) {
        client.send(head(chunked));
        // the handler waits for some of the pieces, others are there when it comes
        for (int at = 0; at < CONTENT.length; at += 400_000) {
          byte[] piece = Arrays.copyOfRange(CONTENT, at, Math.min(at + 400_000, CONTENT.length));
          send(client, piece, chunked);
          TimeUnit.MILLISECONDS.sleep(at % 800_000 / 20_000);
        }
        send(client, new byte[0], chunked);
        RawClient.Answer answer = client.answer(false);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(Arrays.equals(answer.body(), CONTENT)).isTrue();
      }
    }
  }

  private static String head(boolean chunked) {
    return "PUT /body HTTP/1.1\r\nHost: test\r\n"
        + (chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + CONTENT.length)
        + "\r\n\r\n";
  }

  private static void send(RawClient client, byte[] piece, boolean chunked) throws IOException {
    if (chunked) {
      client.send(Integer.toHexString(piece.length) + "\r\n");
    }
    client.send(piece);
    if (chunked) {
      client.send("\r\n");
    }
  }

  @Test
  void clientThatLeavesEndsTheReading() throws Exception {
    CompletableFuture<Throwable> end = new CompletableFuture<>();
    Controller controller =
        routes ->
            routes.stream(
                "PUT",
                "/body",
                exchange -> {
                  InputStream body = exchange.body();
                  try {
                    PlatformThread.run("body", () -> byChannel(body));
                    end.complete(new AssertionError("half a body is none"));
                  } catch (IOException e) {
                    end.complete(e);
                    throw e;
                  }
                });
    try (TestServer server = new TestServer(controller)) {
      try (RawClient client = server.client()) {
        client.send(head(false));
        client.send(Arrays.copyOf(CONTENT, 1_000_000));
      }
      assertThat(end.get()).isInstanceOf(IOException.class);
    }
  }
}
