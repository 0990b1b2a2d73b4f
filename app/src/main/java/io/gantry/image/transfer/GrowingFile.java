package io.gantry.image.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A file that is read while one thread writes it. Readers wait for what has not come yet, and see
 * its end only when the writer has vouched for all of it; when the writer takes back what it wrote,
 * they fail with {@link StartedOverException}.
 */
final class GrowingFile {

  /** Whoever reads must begin again: what it has read was wrong. */
  static final class StartedOverException extends IOException {

    private static final long serialVersionUID = 1L;

    StartedOverException(Path file) {
      super("the download of " + file.getFileName() + " was started over");
    }
  }

  private final Path path;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition change = lock.newCondition();
  private long available;
  private int generation;
  private @Nullable RuntimeException failure;
  private volatile boolean complete;

  GrowingFile(Path path) {
    this.path = path;
  }

  /** What is there, perhaps from an earlier attempt; to be read and written by the writer. */
  FileChannel open() throws IOException {
    return FileChannel.open(
        path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** So many bytes from the beginning can be read. */
  void available(long bytes) {
    lock.lock();
    try {
      available = bytes;
      change.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What was available may be wrong: readers begin again. */
  void startOver() {
    lock.lock();
    try {
      available = 0;
      generation++;
      change.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What is available is all of it, and right. */
  void complete() {
    end(null);
  }

  /** No more will come: readers hear why. */
  void fail(RuntimeException cause) {
    end(cause);
  }

  private void end(@Nullable RuntimeException cause) {
    lock.lock();
    try {
      failure = cause;
      complete = cause == null;
      change.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean isComplete() {
    return complete;
  }

  boolean hasFailed() {
    lock.lock();
    try {
      return failure != null;
    } finally {
      lock.unlock();
    }
  }

  void delete() throws IOException {
    Files.deleteIfExists(path);
  }

  /** The file from its beginning, as far as it is there, waiting for the rest. */
  InputStream read() throws IOException {
    return new Reader(open());
  }

  private final class Reader extends InputStream {

    private final FileChannel channel;
    private final int begun;
    private long position;

    Reader(FileChannel channel) {
      this.channel = channel;
      lock.lock();
      try {
        begun = generation;
      } finally {
        lock.unlock();
      }
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
      long limit = await();
      if (limit <= position) {
        return -1;
      }
      int wanted = (int) Math.min(count, limit - position);
      int n = channel.read(ByteBuffer.wrap(bytes, offset, wanted), position);
      if (n < 0) {
        throw new StartedOverException(path);
      }
      position += n;
      return n;
    }

    /** Up to where there is something; at the end only once it is proven right. */
    private long await() throws IOException {
      lock.lock();
      try {
        while (available <= position && failure == null && !complete && begun == generation) {
          change.await();
        }
        if (begun != generation) {
          throw new StartedOverException(path);
        }
        RuntimeException cause = failure;
        if (cause != null) {
          throw new IOException(cause.getMessage(), cause);
        }
        return available;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("cancelled");
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
