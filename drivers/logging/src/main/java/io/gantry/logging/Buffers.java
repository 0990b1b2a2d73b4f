package io.gantry.logging;

import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Large buffers that are used for moments only, kept for the next user: a few for all logs. */
final class Buffers {

  /** Holds the longest line there can be, several times. */
  static final int SIZE = 256 * 1024;

  private static final ArrayBlockingQueue<byte[]> FREE = new ArrayBlockingQueue<>(4);

  private Buffers() {}

  static byte[] take() {
    byte @Nullable [] buffer = FREE.poll();
    return buffer == null ? new byte[SIZE] : buffer;
  }

  /**
   * Gives a buffer back; it must not be used any more. Others than those of {@link #SIZE} are
   * dropped.
   */
  static void give(byte[] buffer) {
    if (buffer.length == SIZE) {
      FREE.offer(buffer);
    }
  }
}
