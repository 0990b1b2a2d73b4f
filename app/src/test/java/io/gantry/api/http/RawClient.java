package io.gantry.api.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** A client that sends the bytes it is told to, and shows the bytes it got. Not thread-safe. */
public final class RawClient implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final SocketChannel channel;
  private final Selector selector;
  private byte[] ahead = {};

  public RawClient(Path socket) throws IOException {
    this(UnixDomainSocketAddress.of(socket));
  }

  public RawClient(SocketAddress address) throws IOException {
    channel = SocketChannel.open(address);
    selector = Selector.open();
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ);
  }

  /** An answer: status, head as text, body with chunks joined. */
  public record Answer(int status, String head, byte[] body) {
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    /** A header's value, or the empty text. */
    public String header(String name) {
      return head.lines()
          .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse("");
    }
  }

  public Answer get(String path) throws IOException {
    return exchange("GET", path, "", "");
  }

  public Answer postJson(String path, String json) throws IOException {
    return exchange("POST", path, "Content-Type: application/json\r\n", json);
  }

  /** Sends a request and reads the whole answer. */
  public Answer exchange(String method, String path, String headers, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    send(
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: test\r\n"
            + headers
            + (bytes.length > 0 || method.equals("POST") || method.equals("PUT")
                ? "Content-Length: " + bytes.length + "\r\n"
                : "")
            + "\r\n");
    send(bytes);
    return answer(method.equals("HEAD"));
  }

  public void send(String text) throws IOException {
    send(text.getBytes(StandardCharsets.UTF_8));
  }

  public void send(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      if (channel.write(buffer) == 0) {
        Thread.onSpinWait();
      }
    }
  }

  /** Sends the end of input and goes on reading. */
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  /** Breaks the connection off, as one whose host has gone is found to be. */
  public void reset() throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    close();
  }

  /** Reads an answer to its end. */
  public Answer answer(boolean headOnly) throws IOException {
    String head = head();
    int status = Integer.parseInt(head.substring(9, 12));
    Answer answer = new Answer(status, head, new byte[0]);
    if (headOnly || status == 204 || status == 304 || status == 101) {
      return answer;
    }
    if (answer.header("Transfer-Encoding").equals("chunked")) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (byte[] chunk = chunk(); chunk.length > 0; chunk = chunk()) {
        body.writeBytes(chunk);
      }
      return new Answer(status, head, body.toByteArray());
    }
    String length = answer.header("Content-Length");
    return new Answer(
        status, head, length.isEmpty() ? readToEnd() : read(Integer.parseInt(length)));
  }

  /** Reads a head, with the empty line's end cut off. */
  public String head() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      head.writeBytes(read(1));
    }
    return head.toString(StandardCharsets.ISO_8859_1).strip();
  }

  /** Reads one chunk of a chunked body; empty is the last. */
  public byte[] chunk() throws IOException {
    StringBuilder size = new StringBuilder();
    while (!size.toString().endsWith("\r\n")) {
      size.append((char) read(1)[0]);
    }
    byte[] chunk = read(Integer.parseInt(size.toString().strip(), 16));
    read(2);
    return chunk;
  }

  /** Reads so many bytes. */
  public byte[] read(int count) throws IOException {
    while (ahead.length < count) {
      byte[] more = receive();
      if (more.length == 0) {
        throw new IOException(
            "connection ended after "
                + ahead.length
                + " of "
                + count
                + " bytes: "
                + new String(ahead, StandardCharsets.UTF_8));
      }
      byte[] joined = Arrays.copyOf(ahead, ahead.length + more.length);
      System.arraycopy(more, 0, joined, ahead.length, more.length);
      ahead = joined;
    }
    byte[] result = Arrays.copyOf(ahead, count);
    ahead = Arrays.copyOfRange(ahead, count, ahead.length);
    return result;
  }

  /** Reads until the server closes. */
  public byte[] readToEnd() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(ahead);
    ahead = new byte[0];
    for (byte[] more = receive(); more.length > 0; more = receive()) {
      all.writeBytes(more);
    }
    return all.toByteArray();
  }

  private byte[] receive() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    while (true) {
      int count = channel.read(buffer);
      if (count != 0) {
        return Arrays.copyOf(buffer.array(), Math.max(count, 0));
      }
      if (selector.select(PATIENCE.toMillis()) == 0) {
        throw new IOException("no answer in " + PATIENCE);
      }
      selector.selectedKeys().clear();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    selector.close();
  }
}
