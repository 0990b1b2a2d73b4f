package io.gantry.linux.poll;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one descriptor is waited for. At any time there may be one waiter for reading, one for
 * writing and one for the other side's hanging up. Thread-safe.
 */
public final class Watch implements AutoCloseable {

  private static final Logger LOG = System.getLogger(Watch.class.getName());
  private static final int READ =
      PollCalls.EPOLLIN | PollCalls.EPOLLRDHUP | PollCalls.EPOLLHUP | PollCalls.EPOLLERR;
  private static final int WRITE = PollCalls.EPOLLOUT | PollCalls.EPOLLHUP | PollCalls.EPOLLERR;

  /** Told whether asked for or not. */
  private static final int HANG_UP = PollCalls.EPOLLHUP | PollCalls.EPOLLERR;

  private final Poller poller;
  private final long token;
  private final Descriptor descriptor;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Runnable reader;
  private @Nullable Runnable writer;
  private @Nullable Runnable hangUp;
  private boolean added;
  private volatile boolean closed;

  Watch(Poller poller, long token, Descriptor descriptor) {
    this.poller = poller;
    this.token = token;
    this.descriptor = descriptor;
  }

  long token() {
    return token;
  }

  /**
   * Runs an action once, on the poll thread, when the descriptor can be read, or has failed, or
   * this watch is closed.
   */
  public void onReadable(Runnable action) throws IOException {
    set(() -> reader = action);
  }

  /**
   * Runs an action once, on the poll thread, when the other side has hung up or the descriptor has
   * failed; not when the other side only sends no more. Closing this watch does not run it.
   */
  public void onHangUp(Runnable action) throws IOException {
    set(() -> hangUp = action);
  }

  /** Waits until the descriptor can be read or has failed. */
  public void awaitReadable() throws IOException {
    var _ = await(true, null);
  }

  /**
   * Waits until the descriptor can be read or has failed.
   *
   * @return false when the time is over
   */
  public boolean awaitReadable(Duration limit) throws IOException {
    return await(true, limit);
  }

  /** Waits until the descriptor can be written to or has failed. */
  public void awaitWritable() throws IOException {
    var _ = await(false, null);
  }

  private boolean await(boolean read, @Nullable Duration limit) throws IOException {
    long deadline = limit == null ? 0 : System.nanoTime() + limit.toNanos();
    AtomicBoolean done = new AtomicBoolean();
    Thread waiter = Thread.currentThread();
    Runnable wake =
        () -> {
          done.set(true);
          LockSupport.unpark(waiter);
        };
    set(
        () -> {
          if (read) {
            reader = wake;
          } else {
            writer = wake;
          }
        });
    while (!done.get()) {
      if (limit == null) {
        LockSupport.park(this);
      } else {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        LockSupport.parkNanos(this, left);
      }
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting for " + descriptor);
      }
    }
    if (closed) {
      throw new ClosedChannelException();
    }
    return true;
  }

  private void set(Runnable waiter) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new ClosedChannelException();
      }
      waiter.run();
      arm();
    } finally {
      lock.unlock();
    }
  }

  private void arm() throws IOException {
    int events =
        PollCalls.EPOLLONESHOT
            | (reader == null ? 0 : PollCalls.EPOLLIN | PollCalls.EPOLLRDHUP)
            | (writer == null ? 0 : PollCalls.EPOLLOUT);
    int fd = descriptor.acquire();
    try {
      poller.control(added ? PollCalls.EPOLL_CTL_MOD : PollCalls.EPOLL_CTL_ADD, fd, events, token);
      added = true;
    } finally {
      descriptor.release();
    }
  }

  void fire(int events) {
    Runnable read = null;
    Runnable write = null;
    Runnable hungUp = null;
    lock.lock();
    try {
      if ((events & HANG_UP) != 0) {
        hungUp = hangUp;
        hangUp = null;
      }
      if ((events & READ) != 0) {
        read = reader;
        reader = null;
      }
      if ((events & WRITE) != 0) {
        write = writer;
        writer = null;
      }
      if (!closed && (reader != null || writer != null || hangUp != null)) {
        arm();
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot go on watching " + descriptor, e);
    } finally {
      lock.unlock();
    }
    if (read != null) {
      read.run();
    }
    if (write != null) {
      write.run();
    }
    if (hungUp != null) {
      hungUp.run();
    }
  }

  /**
   * Stops watching. Actions that wait to read are run, waiting threads get an exception. The
   * descriptor stays open.
   */
  @Override
  public void close() {
    Runnable read = null;
    Runnable write = null;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      read = reader;
      write = writer;
      reader = null;
      writer = null;
      hangUp = null;
      if (added && descriptor.isOpen()) {
        int fd = descriptor.acquire();
        try {
          poller.control(PollCalls.EPOLL_CTL_DEL, fd, 0, token);
        } finally {
          descriptor.release();
        }
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot stop watching " + descriptor, e);
    } finally {
      lock.unlock();
      poller.forget(this);
    }
    if (read != null) {
      read.run();
    }
    if (write != null) {
      write.run();
    }
  }

  @Override
  public String toString() {
    return "watch of " + descriptor;
  }
}
