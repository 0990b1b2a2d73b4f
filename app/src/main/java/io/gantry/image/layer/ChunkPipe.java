package io.gantry.image.layer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Carries bytes from a thread of its own to a reader through a few fixed buffers: the writer waits
 * while they are full, the reader while they are empty. Either side can give up, which the other
 * notices at its next call.
 */
public final class ChunkPipe {

  /** Writes what is to be read. */
  @FunctionalInterface
  public interface Writer {

    /**
     * @param out ends when this method returns, not when it is closed
     */
    void write(OutputStream out) throws IOException;
  }

  private static final int CHUNK = 128 * 1024;

  /** In place of a buffer that was not needed yet, and of the end's. */
  private static final byte[] NONE = {};

  /** Bytes, or (length 0) the end with or without a failure. */
  private record Chunk(byte[] bytes, int length, @Nullable Throwable failure) {}

  /** Has room for all buffers and the end. */
  private final BlockingQueue<Chunk> full;

  private final BlockingQueue<byte[]> free;
  private volatile boolean abandoned;

  private ChunkPipe(int capacity) {
    full = new ArrayBlockingQueue<>(capacity + 1);
    free = new ArrayBlockingQueue<>(capacity + 1);
    for (int i = 0; i < capacity; i++) {
      free.add(NONE);
    }
  }

  /**
   * What a platform thread writes. Its failure comes after what it has written before. Closing the
   * stream before its end makes the writer fail; closing waits until the writer has ended.
   *
   * @param thread its name
   * @param capacity in buffers of 128 KiB
   */
  public static InputStream writtenBy(String thread, int capacity, Writer writer) {
    ChunkPipe pipe = new ChunkPipe(capacity);
    return pipe
    .new Source(Thread.ofPlatform().name(thread).daemon().start(() -> pipe.write(writer)));
  }

  /** An error of the writer is its reader's too, who would wait for ever or take it for the end. */
  private void write(Writer writer) {
    Sink sink = new Sink();
    Throwable failure = null;
    try {
      writer.write(sink);
      sink.flush();
    } catch (Throwable e) {
      failure = e;
    }
    full.add(new Chunk(NONE, 0, failure));
  }

  private static <T> T take(BlockingQueue<T> queue) throws IOException {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
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
          into = next();
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

    private byte[] next() throws IOException {
      byte[] next = abandoned ? NONE : take(free);
      if (abandoned) {
        throw new IOException("nobody reads any more");
      }
      return next.length == 0 ? new byte[CHUNK] : next;
    }

    @Override
    public void flush() {
      byte[] from = buffer;
      if (from != null && length > 0) {
        buffer = null;
        full.add(new Chunk(from, length, null));
      }
    }

    @Override
    public void close() {
      flush();
    }
  }

  private final class Source extends InputStream {

    private final Thread writer;
    private Chunk chunk = new Chunk(NONE, 1, null);
    private int at = 1;

    Source(Thread writer) {
      this.writer = writer;
    }

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
      if (chunk.length > 0 && at == chunk.length) {
        chunk = take(full);
        at = 0;
      }
      if (chunk.length == 0) {
        return end(chunk.failure);
      }
      int n = Math.min(count, chunk.length - at);
      System.arraycopy(chunk.bytes, at, bytes, offset, n);
      at += n;
      if (at == chunk.length) {
        free.add(chunk.bytes);
      }
      return n;
    }

    private static int end(@Nullable Throwable failure) throws IOException {
      if (failure != null) {
        throw new IOException(
            failure.getMessage() == null ? failure.toString() : failure.getMessage(), failure);
      }
      return -1;
    }

    @Override
    public void close() {
      abandoned = true;
      free.offer(NONE); // for a writer that waits
      try {
        writer.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
