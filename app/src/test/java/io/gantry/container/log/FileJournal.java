package io.gantry.container.log;

import io.gantry.plugins.runtime.Journal;
import io.gantry.plugins.runtime.Stream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A journal in one file, which a test writes and a pump reads, also one of another process: records
 * of stream, flags, time, length and bytes.
 */
final class FileJournal implements Journal {

  private static final int LAST = 2;
  private static final int END = 4;
  private static final int HEAD = 13;

  private final RandomAccessFile file;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean woken;
  private long segment = 1;
  private volatile long releasedSegment;
  private volatile int rotations;

  /** How many of the next calls fail, as on a host that is short of something. */
  volatile int failures;

  FileJournal(Path path) {
    try {
      file = new RandomAccessFile(path.toFile(), "rw");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void write(Stream stream, long time, String text, boolean last) {
    append(stream.ordinal() | (last ? LAST : 0), time, text.getBytes(StandardCharsets.UTF_8));
  }

  void endRun() {
    append(END, 0, new byte[0]);
  }

  private void append(int flags, long time, byte[] bytes) {
    lock.lock();
    try {
      ByteBuffer entry = ByteBuffer.allocate(HEAD + bytes.length);
      entry.put((byte) flags).putLong(time).putInt(bytes.length).put(bytes);
      file.seek(file.length());
      file.write(entry.array());
      changed.signalAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }

  long releasedSegment() {
    return releasedSegment;
  }

  int rotations() {
    return rotations;
  }

  /**
   * Positions count bytes over all segments; only the number of the segment changes by rotation.
   */
  @Override
  public Position read(Position from, Reader reader) throws IOException {
    failIfAsked();
    Position at = from;
    boolean more = true;
    while (more) {
      byte[] bytes;
      ByteBuffer head;
      lock.lock();
      try {
        if (at.offset() >= file.length()) {
          return at;
        }
        byte[] start = new byte[HEAD];
        file.seek(at.offset());
        file.readFully(start);
        head = ByteBuffer.wrap(start);
        bytes = new byte[head.getInt(9)];
        file.readFully(bytes);
      } finally {
        lock.unlock();
      }
      at = new Position(segment, at.offset() + HEAD + bytes.length);
      int flags = head.get(0);
      more =
          flags == END
              ? reader.endOfRun(at)
              : reader.piece(
                  Stream.values()[flags & 1],
                  head.getLong(1),
                  (flags & LAST) != 0,
                  ByteBuffer.wrap(bytes),
                  at);
    }
    return at;
  }

  @Override
  public boolean awaitMore(Position from, Duration limit) throws IOException, InterruptedException {
    failIfAsked();
    lock.lockInterruptibly();
    try {
      long left = limit.toNanos();
      while (!woken && from.offset() >= file.length() && left > 0) {
        left = changed.awaitNanos(left);
      }
      woken = false;
      return from.offset() < file.length();
    } finally {
      lock.unlock();
    }
  }

  private void failIfAsked() throws IOException {
    if (failures > 0) {
      failures--;
      throw new IOException("Too many open files");
    }
  }

  @Override
  public void wake() {
    lock.lock();
    try {
      woken = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long size() throws IOException {
    lock.lock();
    try {
      return file.length();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void rotate() {
    segment++;
    rotations++;
  }

  @Override
  public void release(Position before) {
    releasedSegment = before.segment();
  }

  @Override
  public void close() {
    wake();
  }
}
