package io.gantry.layers;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream on a thread of its own, a few large buffers ahead of whoever reads this one, so
 * that making the bytes and using them go on at once. The thread is a platform thread, for it
 * computes rather than waits. The reader is one thread.
 */
final class ReadAhead extends InputStream {

  private static final int BUFFER = 256 * 1024;
  private static final int BUFFERS = 4;

  /**
   * What the reading thread hands over: bytes, or (length -1) the end with or without a failure.
   */
  private static final class Piece {
    final byte[] bytes;
    final int length;
    final @Nullable Throwable failure;

    Piece(byte[] bytes, int length, @Nullable Throwable failure) {
      this.bytes = bytes;
      this.length = length;
      this.failure = failure;
    }
  }

  private final InputStream source;
  private final BlockingQueue<Piece> full = new ArrayBlockingQueue<>(BUFFERS + 1);
  private final BlockingQueue<byte[]> empty = new ArrayBlockingQueue<>(BUFFERS);
  private final Thread thread;
  private Piece current = new Piece(new byte[0], 0, null);
  private int position;
  private boolean ended;

  ReadAhead(InputStream source) {
    this.source = source;
    for (int i = 0; i < BUFFERS; i++) {
      empty.add(new byte[BUFFER]);
    }
    thread = Thread.ofPlatform().name("layer-read-ahead").daemon().start(this::readAll);
  }

  private void readAll() {
    try {
      while (true) {
        byte[] buffer = empty.take();
        int length = source.readNBytes(buffer, 0, buffer.length);
        full.put(new Piece(buffer, length, null));
        if (length < buffer.length) {
          full.put(new Piece(buffer, -1, null));
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed: nobody reads any more
    } catch (IOException | RuntimeException | Error e) {
      full.offer(new Piece(new byte[0], -1, e));
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!ended && position == current.length) {
      next();
    }
    if (ended) {
      Throwable failure = current.failure;
      if (failure != null) {
        throw failure instanceof IOException io ? io : new IOException(failure);
      }
      return -1;
    }
    int n = Math.min(length, current.length - position);
    System.arraycopy(current.bytes, position, bytes, offset, n);
    position += n;
    return n;
  }

  private void next() throws IOException {
    if (current.bytes.length == BUFFER) {
      empty.add(current.bytes);
    }
    try {
      current = full.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    position = 0;
    ended = current.length < 0;
  }

  /**
   * The thread is interrupted and waited for, if need be until the source has its next bytes: who
   * owns the source may use it for something else then, as for the next request of a connection.
   */
  @Override
  public void close() throws IOException {
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    source.close();
  }
}
