package io.gantry.api.stream;

import io.gantry.api.listen.RawSocket;
import io.gantry.container.stream.FrameHead;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Writes output as Docker frames it, each piece after a {@link FrameHead}, or without frames. Not
 * thread-safe.
 */
public final class FrameWriter {

  private final OutputStream out;
  private final StreamType type;
  private final byte[] head = new byte[FrameHead.BYTES];

  public FrameWriter(OutputStream out, StreamType type) {
    this.out = out;
    this.type = type;
  }

  /**
   * @param stream 1 is stdout, 2 is stderr
   */
  public void write(int stream, byte[] bytes, int offset, int length) throws IOException {
    if (type == StreamType.MULTIPLEXED) {
      FrameHead.put(head, 0, stream, length);
      out.write(head, 0, head.length);
    }
    out.write(bytes, offset, length);
  }

  /** Takes what remains of the buffer. */
  public void write(int stream, ByteBuffer bytes) throws IOException {
    int length = bytes.remaining();
    if (out instanceof RawSocket.Output raw && length > 0) {
      FrameHead.put(head, 0, stream, length);
      raw.write(
          type == StreamType.MULTIPLEXED
              ? new ByteBuffer[] {ByteBuffer.wrap(head), bytes}
              : new ByteBuffer[] {bytes});
      return;
    }
    if (bytes.hasArray()) {
      write(stream, bytes.array(), bytes.arrayOffset() + bytes.position(), length);
      bytes.position(bytes.limit());
    } else {
      byte[] copy = new byte[length];
      bytes.get(copy);
      write(stream, copy, 0, length);
    }
  }

  public void flush() throws IOException {
    out.flush();
  }
}
