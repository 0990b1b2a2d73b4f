package io.gantry.api.listen;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * A connection that left HTTP, without Tomcat's buffers of 8 KiB between: reads fill the caller's
 * buffer, writes gather what they are given, one system call each. Only for connections that are
 * not encrypted. One thread may read while another writes.
 */
public final class RawSocket {

  /** A piece that Tomcat writes for us, waiting until the client takes something. */
  private static final int PATIENT_PIECE = 8 << 10;

  private final SocketWrapperBase<?> wrapper;
  private final SocketChannel channel;

  RawSocket(SocketWrapperBase<?> wrapper, SocketChannel channel) {
    this.wrapper = wrapper;
    this.channel = channel;
  }

  /** What the client sends, beginning with what it sent together with its request. */
  public InputStream input() {
    return new Input();
  }

  /**
   * @param patient writes to the same connection, waiting; nothing is kept in it
   */
  public Output output(OutputStream patient) {
    return new Output(patient);
  }

  private final class Input extends InputStream {

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      return length == 0 ? 0 : wrapper.read(true, ByteBuffer.wrap(to, offset, length));
    }

    /**
     * Ends a read that is under way, or just begins to wait: closing the socket alone may come
     * between Tomcat's look at it and its wait, which nobody would end then.
     */
    @Override
    public void close() throws IOException {
      if (channel.isOpen()) {
        channel.shutdownInput();
      }
    }
  }

  /** The way to the client. Nothing is buffered: there is nothing to flush. */
  public final class Output extends OutputStream {

    private final OutputStream patient;

    private Output(OutputStream patient) {
      this.patient = patient;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      write(new ByteBuffer[] {ByteBuffer.wrap(bytes, offset, length)});
    }

    /** Writes what remains in the buffers, waiting while the client does not read. */
    public void write(ByteBuffer[] parts) throws IOException {
      ByteBuffer last = parts[parts.length - 1];
      while (last.hasRemaining()) {
        if (channel.write(parts) == 0) {
          writePatiently(parts);
        }
      }
    }

    private void writePatiently(ByteBuffer[] parts) throws IOException {
      for (ByteBuffer part : parts) {
        if (part.hasRemaining()) {
          byte[] piece = new byte[Math.min(part.remaining(), PATIENT_PIECE)];
          part.get(piece);
          patient.write(piece);
          patient.flush();
          return;
        }
      }
    }
  }
}
