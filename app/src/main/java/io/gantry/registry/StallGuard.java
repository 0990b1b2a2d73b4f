package io.gantry.registry;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A body from the network that is given up when nothing comes for too long while somebody reads. A
 * body that breaks off is Docker's {@code unexpected EOF}. For one reader.
 */
final class StallGuard extends FilterInputStream {

  private final Duration limit;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private boolean watched;
  private boolean reading;
  private boolean closed;
  private boolean stalled;

  /** When the read that is under way began. */
  private long since;

  StallGuard(InputStream body, Duration limit) {
    super(body);
    this.limit = limit;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int count) throws IOException {
    reading(true);
    try {
      return in.read(bytes, offset, count);
    } catch (IOException e) {
      throw new IOException(
          isStalled() ? "nothing came for " + limit.toSeconds() + " s" : "unexpected EOF", e);
    } finally {
      reading(false);
    }
  }

  private void reading(boolean now) {
    lock.lock();
    try {
      reading = now;
      since = System.nanoTime();
      if (!watched) {
        watched = true;
        Thread.ofVirtual().name("stall-guard").start(this::watch);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isStalled() {
    lock.lock();
    try {
      return stalled;
    } finally {
      lock.unlock();
    }
  }

  private void watch() {
    try {
      if (becomesStalled()) {
        in.close();
      }
    } catch (IOException e) {
      // the reader sees it too
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until it stands still or is closed. */
  private boolean becomesStalled() throws InterruptedException {
    lock.lock();
    try {
      while (!closed) {
        long left = limit.toNanos() - (reading ? System.nanoTime() - since : 0);
        if (left <= 0) {
          stalled = true;
          return true;
        }
        ended.await(left, TimeUnit.NANOSECONDS);
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closed = true;
      ended.signal();
    } finally {
      lock.unlock();
    }
    in.close();
  }
}
