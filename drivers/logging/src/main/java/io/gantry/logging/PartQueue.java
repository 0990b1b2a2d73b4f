package io.gantry.logging;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The files one reader has before it: those of before it began, and each that begins while it
 * reads. The one who writes the log waits a moment for a reader that falls behind, so that no line
 * escapes it however small the files are; but a reader that does not move holds up nobody, and
 * loses the oldest files when too many wait. Thread-safe.
 */
final class PartQueue {

  /** How many files that began meanwhile may wait: each is an open file. */
  private static final int MAX_BEGUN = 1024;

  /** How many may wait before the reader counts as behind. */
  private static final int BEHIND = 64;

  private static final long PATIENCE = Duration.ofMillis(20).toNanos();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition taken = lock.newCondition();
  private final ArrayDeque<LogPart> parts = new ArrayDeque<>();
  private int limit = MAX_BEGUN;
  private boolean stalled;

  /** Puts the files of before in front; the oldest comes first. */
  void addFormer(Deque<LogPart> former) {
    lock.lock();
    try {
      limit += former.size();
      while (!former.isEmpty()) {
        parts.addFirst(former.removeLast());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Adds a file that has just begun. */
  void addBegun(LogPart part) {
    lock.lock();
    try {
      parts.addLast(part);
      if (parts.size() > limit) {
        closeQuietly(parts.pollFirst());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the reader has caught up, unless it does not move. */
  void awaitReader() {
    lock.lock();
    try {
      long left = PATIENCE;
      while (!stalled && parts.size() > BEHIND) {
        stalled = left <= 0;
        left = taken.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  boolean isEmpty() {
    lock.lock();
    try {
      return parts.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** The next file, which is then the reader's. */
  @Nullable LogPart take() {
    lock.lock();
    try {
      LogPart part = parts.pollFirst();
      stalled = stalled && !parts.isEmpty();
      taken.signalAll();
      return part;
    } finally {
      lock.unlock();
    }
  }

  /** Closes the files that are left. */
  void close() {
    lock.lock();
    try {
      parts.forEach(PartQueue::closeQuietly);
      parts.clear();
      taken.signalAll();
    } finally {
      lock.unlock();
    }
  }

  static void closeQuietly(@Nullable LogPart part) {
    try {
      if (part != null) {
        part.close();
      }
    } catch (IOException e) {
      // Only read from: nothing is lost.
    }
  }
}
