package io.gantry.image.layer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Carries bytes from one thread to another through a few fixed buffers: the writer waits while they
 * are full, the reader while they are empty. Either side can give up, which the other notices at
 * its next call. For one writer and one reader.
 */
public final class ChunkPipe {

  private static final int CHUNK = 128 * 1024;

  private record Chunk(byte[] bytes, int length) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Chunk> full = new ArrayDeque<>();
  private final ArrayDeque<byte[]> free = new ArrayDeque<>();
  private final int capacity;
  private int made;
  private boolean ended;
  private boolean abandoned;
  private @Nullable Throwable failure;

  /**
   * @param capacity in buffers of 128 KiB
   */
  public ChunkPipe(int capacity) {
    this.capacity = capacity;
  }

  /** The writer's end. Closing it ends the stream; {@link #fail} ends it badly. */
  public OutputStream sink() {
    return new Sink();
  }

  /** The reader's end. Closing it before the end makes the writer fail. */
  public InputStream source() {
    return new Source();
  }

  /** The reader gets this failure after what was written before. */
  public void fail(Throwable cause) {
    lock.lock();
    try {
      if (!ended) {
        failure = cause;
        ended = true;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private byte[] take() throws IOException {
    lock.lock();
    try {
      while (true) {
        if (abandoned) {
          throw new IOException("nobody reads any more");
        }
        byte[] buffer = free.poll();
        if (buffer != null) {
          return buffer;
        }
        if (made < capacity) {
          made++;
          return new byte[CHUNK];
        }
        await();
      }
    } finally {
      lock.unlock();
    }
  }

  private void await() throws IOException {
    try {
      changed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void put(Chunk chunk) {
    lock.lock();
    try {
      full.add(chunk);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Chunk next() throws IOException {
    lock.lock();
    try {
      while (full.isEmpty()) {
        if (ended) {
          if (failure != null) {
            throw new IOException(
                failure.getMessage() == null ? failure.toString() : failure.getMessage(), failure);
          }
          return null;
        }
        await();
      }
      return full.remove();
    } finally {
      lock.unlock();
    }
  }

  private void give(byte[] buffer) {
    lock.lock();
    try {
      free.add(buffer);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private final class Sink extends OutputStream {

    private byte @Nullable [] buffer;
    private int length;

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      int done = 0;
      while (done < count) {
        byte[] into = buffer;
        if (into == null) {
          into = take();
          buffer = into;
          length = 0;
        }
        int n = Math.min(count - done, CHUNK - length);
        System.arraycopy(bytes, offset + done, into, length, n);
        length += n;
        done += n;
        if (length == CHUNK) {
          flush();
        }
      }
    }

    @Override
    public void flush() {
      byte[] from = buffer;
      if (from != null && length > 0) {
        buffer = null;
        put(new Chunk(from, length));
      }
    }

    @Override
    public void close() {
      flush();
      lock.lock();
      try {
        ended = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private final class Source extends InputStream {

    private @Nullable Chunk chunk;
    private int at;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
      if (count == 0) {
        return 0;
      }
      Chunk from = chunk;
      if (from == null) {
        from = next();
        if (from == null) {
          return -1;
        }
        chunk = from;
        at = 0;
      }
      int n = Math.min(count, from.length() - at);
      System.arraycopy(from.bytes(), at, bytes, offset, n);
      at += n;
      if (at == from.length()) {
        chunk = null;
        give(from.bytes());
      }
      return n;
    }

    @Override
    public void close() {
      lock.lock();
      try {
        abandoned = true;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
