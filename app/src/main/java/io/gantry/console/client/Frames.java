package io.gantry.console.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * The frames of output and error output on one stream (API v1.51, ContainerAttach: a byte for the
 * stream, three of zero, four of the length, big endian).
 */
public final class Frames {

  private static final int HEAD = 8;
  private static final int LENGTH_AT = 4;
  private static final int OUTPUT = 1;
  private static final int ERROR_OUTPUT = 2;
  private static final int ENGINE_ERROR = 3;
  private static final int BUFFER = 32 << 10;

  private Frames() {}

  /** Copies what frames hold to where it belongs, flushing after each frame, until the end. */
  public static void copy(InputStream in, OutputStream output, OutputStream errorOutput)
      throws IOException {
    byte[] head = new byte[HEAD];
    byte[] buffer = new byte[BUFFER];
    for (int count = in.readNBytes(head, 0, HEAD);
        count > 0;
        count = in.readNBytes(head, 0, HEAD)) {
      if (count < HEAD) {
        throw new EOFException("the stream ended within the head of a frame");
      }
      int length = ByteBuffer.wrap(head).getInt(LENGTH_AT);
      OutputStream target =
          switch (head[0]) {
            case 0, OUTPUT -> output;
            case ERROR_OUTPUT, ENGINE_ERROR -> errorOutput;
            default -> throw new IOException("the stream has a frame of unknown kind " + head[0]);
          };
      copy(in, target, Integer.toUnsignedLong(length), buffer);
      target.flush();
    }
  }

  private static void copy(InputStream in, OutputStream out, long length, byte[] buffer)
      throws IOException {
    for (long left = length; left > 0; ) {
      int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (count < 0) {
        throw new EOFException("the stream ended within a frame");
      }
      out.write(buffer, 0, count);
      left -= count;
    }
  }

  /** Copies a stream without frames (a terminal's), flushing as it comes. */
  public static void copyRaw(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      out.write(buffer, 0, count);
      out.flush();
    }
  }
}
