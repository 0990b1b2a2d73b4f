package io.gantry.api.stream;

import io.gantry.api.http.Exchange.Client;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The server's end of a websocket (RFC 6455, without extensions) as a pair of byte streams: the
 * contents of data frames are the bytes. One thread reads, another may write.
 */
public final class WebSocket {

  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int MAX_CONTROL = 125;
  private static final int LENGTH_16 = 126;
  private static final int LENGTH_64 = 127;
  private static final int PROTOCOL_ERROR = 1002;

  private final InputStream in;
  private final OutputStream out;
  private final int dataFrame;
  private final ReentrantLock writing = new ReentrantLock();
  private boolean closeSent;

  /**
   * @param binary data is sent as binary rather than as text
   */
  public WebSocket(Client connection, boolean binary) {
    this.in = connection.in();
    this.out = connection.out();
    this.dataFrame = binary ? BINARY : TEXT;
  }

  /** The header {@code Sec-WebSocket-Accept} for a client's {@code Sec-WebSocket-Key}. */
  public static String accept(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JRE has SHA-1", e);
    }
  }

  /**
   * The client, whose input ends when it closes; each write becomes a frame. Who closes a websocket
   * takes nothing more either: the end of input is also its hanging up.
   */
  public Client client() {
    return new Client(
        new Input(),
        new Output(),
        action -> {
          action.run();
          return () -> {};
        });
  }

  /** Says that nothing more comes. */
  public void close() throws IOException {
    sendClose(1000);
  }

  private void sendClose(int code) throws IOException {
    send(CLOSE, ByteBuffer.allocate(2).putShort((short) code).array(), 0, 2, true);
  }

  private void send(int opcode, byte[] bytes, int offset, int length, boolean flush)
      throws IOException {
    ByteBuffer head = ByteBuffer.allocate(10).put((byte) (FINAL | opcode));
    if (length <= MAX_CONTROL) {
      head.put((byte) length);
    } else if (length <= 0xffff) {
      head.put((byte) LENGTH_16).putShort((short) length);
    } else {
      head.put((byte) LENGTH_64).putLong(length);
    }
    writing.lock();
    try {
      if (closeSent) {
        return;
      }
      closeSent = opcode == CLOSE;
      out.write(head.array(), 0, head.position());
      out.write(bytes, offset, length);
      if (flush) {
        out.flush();
      }
    } finally {
      writing.unlock();
    }
  }

  private final class Output extends OutputStream {

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (length > 0) {
        send(dataFrame, bytes, offset, length, false);
      }
    }

    @Override
    public void flush() throws IOException {
      writing.lock();
      try {
        out.flush();
      } finally {
        writing.unlock();
      }
    }
  }

  private final class Input extends InputStream {

    private final byte[] mask = new byte[4];
    private long left;
    private int maskAt;
    private boolean ended;

    @Override
    public void close() throws IOException {
      in.close();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      while (left == 0 && !ended) {
        nextFrame();
      }
      if (ended) {
        return -1;
      }
      int count = in.read(to, offset, (int) Math.min(length, left));
      if (count < 0) {
        throw new EOFException("connection ended within a websocket frame");
      }
      unmask(to, offset, count);
      left -= count;
      return count;
    }

    private void unmask(byte[] bytes, int offset, int count) {
      for (int i = offset; i < offset + count; i++) {
        bytes[i] ^= mask[maskAt++ & 3];
      }
    }

    private void nextFrame() throws IOException {
      int first = in.read();
      if (first < 0) {
        ended = true;
        return;
      }
      int opcode = first & 0x0f;
      int second = need();
      long length = second & 0x7f;
      if (length == LENGTH_16) {
        length = need() << 8 | need();
      } else if (length == LENGTH_64) {
        length = ByteBuffer.wrap(needAll(8)).getLong();
      }
      boolean control = opcode >= CLOSE;
      boolean known = control ? opcode <= PONG : opcode <= BINARY;
      boolean whole = (first & FINAL) != 0 && length <= MAX_CONTROL;
      if ((second & MASKED) == 0
          || (first & 0x70) != 0
          || length < 0
          || !known
          || (control && !whole)) {
        ended = true;
        sendClose(PROTOCOL_ERROR);
        return;
      }
      System.arraycopy(needAll(4), 0, mask, 0, 4);
      maskAt = 0;
      if (!control) {
        left = length;
        return;
      }
      byte[] content = needAll((int) length);
      unmask(content, 0, content.length);
      if (opcode == PING) {
        send(PONG, content, 0, content.length, true);
      } else if (opcode == CLOSE) {
        ended = true;
        send(CLOSE, content, 0, Math.min(content.length, 2), true);
      }
    }

    private int need() throws IOException {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("connection ended within a websocket frame");
      }
      return b;
    }

    /** Not {@code readNBytes}, which asks Tomcat for no bytes at its end and waits for them. */
    private byte[] needAll(int count) throws IOException {
      byte[] bytes = new byte[count];
      int have = 0;
      while (have < count) {
        int more = in.read(bytes, have, count - have);
        if (more < 0) {
          throw new EOFException("connection ended within a websocket frame");
        }
        have += more;
      }
      return bytes;
    }
  }
}
