package io.gantry.container.stream;

/**
 * What stands before output that is sent in frames (API v1.51, {@code ContainerAttach}): the number
 * of the stream, three zeros, and the length, big-endian.
 */
public final class FrameHead {

  /** How long it is. */
  public static final int BYTES = 8;

  private FrameHead() {}

  /**
   * Puts one into a buffer.
   *
   * @param stream as {@link StdStream#number()}
   * @param length of what follows, in bytes
   */
  public static void put(byte[] buffer, int at, int stream, int length) {
    buffer[at] = (byte) stream;
    buffer[at + 1] = 0;
    buffer[at + 2] = 0;
    buffer[at + 3] = 0;
    buffer[at + 4] = (byte) (length >>> 24);
    buffer[at + 5] = (byte) (length >>> 16);
    buffer[at + 6] = (byte) (length >>> 8);
    buffer[at + 7] = (byte) length;
  }
}
