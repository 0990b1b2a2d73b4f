package io.gantry.oci;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Direct buffers for socket calls, shared by all connections: a connection that has nothing to move
 * holds none.
 */
final class Buffers {

  /** conmon cuts off what is more than this in a packet it gets; what it sends is smaller. */
  static final int SIZE = 32 * 1024;

  private static final int KEPT = 16;

  private final ConcurrentLinkedQueue<ByteBuffer> free = new ConcurrentLinkedQueue<>();

  ByteBuffer take() {
    ByteBuffer buffer = free.poll();
    return buffer == null ? ByteBuffer.allocateDirect(SIZE) : buffer.clear();
  }

  void give(ByteBuffer buffer) {
    if (free.size() < KEPT) {
      free.add(buffer);
    }
  }
}
