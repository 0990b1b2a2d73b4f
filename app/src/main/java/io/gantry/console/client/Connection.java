package io.gantry.console.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer (RFC 9112). The answer's head is read by {@link #open}; the body is
 * read by the caller. After {@code 101 Switching Protocols} the connection is a pair of raw
 * streams, to be used by one thread each. {@link #close} from any thread ends reading and writing.
 */
public final class Connection implements AutoCloseable {

  private static final int BUFFER = 32 << 10;
  private static final int LONGEST_LINE = 32 << 10;
  private static final int MOST_HEADERS = 200;

  private final SocketChannel channel;
  private final InputStream in;
  private final OutputStream out;
  private final Map<String, String> headers = new TreeMap<>();
  private int status;

  private Connection(SocketChannel channel) {
    this.channel = channel;
    this.in = new BufferedInputStream(Channels.newInputStream(channel), BUFFER);
    this.out = Channels.newOutputStream(channel);
  }

  /**
   * Sends a request and reads the head of its answer.
   *
   * @param body JSON, or null for none
   * @param upgrade asks to leave HTTP
   */
  static Connection open(
      SocketChannel channel,
      String method,
      String target,
      Map<String, String> fields,
      byte @Nullable [] body,
      boolean upgrade)
      throws IOException {
    try {
      Connection connection = new Connection(channel);
      connection.send(method, target, fields, body, upgrade);
      connection.readHead();
      return connection;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void send(
      String method,
      String target,
      Map<String, String> fields,
      byte @Nullable [] body,
      boolean upgrade)
      throws IOException {
    StringBuilder head = new StringBuilder();
    head.append(method).append(' ').append(target).append(" HTTP/1.1\r\nHost: gantry\r\n");
    head.append("User-Agent: gantry\r\n");
    head.append(upgrade ? "Connection: Upgrade\r\nUpgrade: tcp\r\n" : "Connection: close\r\n");
    fields.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    if (body != null) {
      head.append("Content-Type: application/json\r\n");
    }
    if (body != null || method.equals("POST")) {
      head.append("Content-Length: ").append(body == null ? 0 : body.length).append("\r\n");
    }
    head.append("\r\n");
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
    if (body != null) {
      request.writeBytes(body);
    }
    request.writeTo(out);
  }

  private void readHead() throws IOException {
    String[] line = line().split(" ", 3);
    if (line.length < 2 || !line[0].startsWith("HTTP/1.")) {
      throw new IOException("the daemon does not speak HTTP");
    }
    status = (int) number(line[1], 10);
    for (String field = line(); !field.isEmpty(); field = line()) {
      int colon = field.indexOf(':');
      if (colon < 1 || headers.size() >= MOST_HEADERS) {
        throw new IOException("the daemon's answer has a malformed head");
      }
      headers.put(
          field.substring(0, colon).toLowerCase(Locale.ROOT), field.substring(colon + 1).strip());
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the daemon closed the connection within its answer");
      }
      if (bytes.size() >= LONGEST_LINE) {
        throw new IOException("the daemon's answer has an overlong line");
      }
      bytes.write(b);
    }
    String line = bytes.toString(StandardCharsets.ISO_8859_1);
    return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
  }

  private static long number(String text, int radix) throws IOException {
    try {
      long value = Long.parseLong(text.strip(), radix);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IOException("the daemon's answer has a malformed number");
  }

  int status() {
    return status;
  }

  boolean succeeded() {
    return status < 400;
  }

  /** The body, until its end; after an upgrade what comes from the other side. */
  public InputStream body() throws IOException {
    if (status == 101) {
      return in;
    }
    if (status == 204 || status == 304) {
      return InputStream.nullInputStream();
    }
    if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
      return new Chunks();
    }
    String length = headers.get("content-length");
    return length == null ? in : new Bounded(number(length, 10));
  }

  /** After an upgrade: what goes to the other side. */
  public OutputStream upstream() {
    return out;
  }

  /** After an upgrade: nothing more goes to the other side. */
  public void endUpstream() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is lost: what mattered has been read.
    }
  }

  /** Bytes up to a number that is known. */
  private class Bounded extends InputStream {

    long left;

    Bounded(long length) {
      left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (left == 0 && !more()) {
        return -1;
      }
      int count = in.read(bytes, offset, (int) Math.min(length, left));
      if (count < 0) {
        throw new EOFException("the daemon closed the connection within its answer");
      }
      left -= count;
      return count;
    }

    boolean more() throws IOException {
      return false;
    }
  }

  /** Chunked transfer coding. Trailers are dropped. */
  private final class Chunks extends Bounded {

    private boolean first = true;
    private boolean ended;

    Chunks() {
      super(0);
    }

    @Override
    boolean more() throws IOException {
      if (ended) {
        return false;
      }
      if (!first && !line().isEmpty()) {
        throw new IOException("the daemon's answer has a malformed chunk");
      }
      first = false;
      left = number(line().split(";", 2)[0], 16);
      ended = left == 0;
      if (ended) {
        readTrailers();
      }
      return !ended;
    }

    private void readTrailers() throws IOException {
      for (int count = 0; !line().isEmpty(); count++) {
        if (count >= MOST_HEADERS) {
          throw new IOException("the daemon's answer has too many trailers");
        }
      }
    }
  }
}
