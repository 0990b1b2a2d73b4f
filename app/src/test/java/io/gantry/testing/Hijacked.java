package io.gantry.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/**
 * A connection that has left HTTP: by an upgrade (101), without one (200), or as a websocket. One
 * thread reads, another may write.
 */
public final class Hijacked implements AutoCloseable {

  /** How the connection leaves HTTP. */
  public enum Way {
    UPGRADE(101, "Connection: Upgrade\r\nUpgrade: tcp\r\n"),
    PLAIN(200, ""),
    WEBSOCKET(
        101,
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");

    private final int status;
    private final String headers;

    Way(int status, String headers) {
      this.status = status;
      this.headers = headers;
    }
  }

  private static final byte[] MASK = {1, 2, 3, 4};

  private final Way way;
  private final SocketChannel channel;
  private final InputStream in;
  private final OutputStream out;

  private String contentType = "";

  private Hijacked(Way way, SocketChannel channel) {
    this.way = way;
    this.channel = channel;
    this.in = new BufferedInputStream(Channels.newInputStream(channel), 64 << 10);
    this.out = Channels.newOutputStream(channel);
  }

  /** Sends the request and reads the head of the answer. */
  public static Hijacked open(Path socket, Way way, String path, String json) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    Hijacked connection = new Hijacked(way, channel);
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    String request =
        (way == Way.WEBSOCKET ? "GET " : "POST ")
            + path
            + " HTTP/1.1\r\nHost: gantry\r\n"
            + way.headers
            + (way == Way.WEBSOCKET ? "" : "Content-Length: " + body.length + "\r\n")
            + (body.length > 0 ? "Content-Type: application/json\r\n" : "")
            + "\r\n";
    connection.out.write(request.getBytes(StandardCharsets.ISO_8859_1));
    connection.out.write(body);
    String head = connection.head();
    if (!head.startsWith("HTTP/1.1 " + way.status)) {
      channel.close();
      throw new AssertionError(head);
    }
    connection.contentType =
        head.lines()
            .filter(line -> line.startsWith("Content-Type: "))
            .map(line -> line.substring(14))
            .findFirst()
            .orElse("");
    return connection;
  }

  private String head() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException(head.toString(StandardCharsets.ISO_8859_1));
      }
      head.write(next);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  /** What the answer's head says of what comes. */
  public String contentType() {
    return contentType;
  }

  /** A mebibyte of anything. */
  public static byte[] random() {
    byte[] data = new byte[1 << 20];
    new Random(7).nextBytes(data);
    return data;
  }

  /** Sends the data so many times. */
  public void write(byte[] data, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      write(data);
    }
  }

  /** Reads the data so many times over and compares every byte. */
  public void require(boolean framed, byte[] data, int times) throws IOException {
    long at = 0;
    long end = (long) data.length * times;
    while (at < end) {
      byte[] piece = piece(framed);
      if (piece.length == 0) {
        throw new EOFException(at + " of " + end + " bytes");
      }
      for (int i = 0; i < piece.length; i++, at++) {
        if (piece[i] != data[(int) (at % data.length)]) {
          throw new AssertionError("byte " + at + " is another");
        }
      }
    }
    if (at > end) {
      throw new AssertionError(at + " bytes for " + end);
    }
  }

  public void write(String text) throws IOException {
    write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends input; in a websocket as one binary frame. */
  public void write(byte[] data) throws IOException {
    if (way != Way.WEBSOCKET) {
      out.write(data);
      return;
    }
    ByteBuffer frame = ByteBuffer.allocate(data.length + 14);
    frame.put((byte) 0x82).put((byte) 0xff).putLong(data.length).put(MASK);
    for (int i = 0; i < data.length; i++) {
      frame.put((byte) (data[i] ^ MASK[i & 3]));
    }
    out.write(frame.array(), 0, frame.position());
  }

  /** Sends the end of input, and goes on reading. */
  public void endInput() throws IOException {
    channel.shutdownOutput();
  }

  /** The bytes of the next piece of output, of whatever stream; empty at the end. */
  public byte[] piece(boolean framed) throws IOException {
    if (way == Way.WEBSOCKET) {
      return webSocketPiece();
    }
    if (!framed) {
      byte[] buffer = new byte[32 << 10];
      int count = in.read(buffer);
      return count < 0 ? new byte[0] : Arrays.copyOf(buffer, count);
    }
    byte[] header = in.readNBytes(8);
    if (header.length == 0) {
      return header;
    }
    return exactly(ByteBuffer.wrap(header).getInt(4));
  }

  private byte[] webSocketPiece() throws IOException {
    int opcode = in.read();
    int length = in.read();
    if (opcode < 0 || (opcode & 0x0f) == 8) {
      return new byte[0];
    }
    if (length == 126) {
      length = ByteBuffer.wrap(exactly(2)).getShort() & 0xffff;
    } else if (length == 127) {
      length = Math.toIntExact(ByteBuffer.wrap(exactly(8)).getLong());
    }
    return exactly(length);
  }

  private byte[] exactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException(bytes.length + " of " + length + " bytes");
    }
    return bytes;
  }

  /** Reads to the end. */
  public byte[] rest(boolean framed) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] next = piece(framed); next.length > 0; next = piece(framed)) {
      all.writeBytes(next);
    }
    return all.toByteArray();
  }

  /** Reads until the text has come; returns all that was read. */
  public String until(String text, boolean framed) throws IOException {
    StringBuilder all = new StringBuilder();
    while (all.indexOf(text) < 0) {
      byte[] next = piece(framed);
      if (next.length == 0) {
        throw new EOFException("ended without \"" + text + "\": " + all);
      }
      all.append(new String(next, StandardCharsets.UTF_8));
    }
    return all.toString();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
