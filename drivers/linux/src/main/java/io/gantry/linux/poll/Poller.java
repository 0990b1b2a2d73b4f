package io.gantry.linux.poll;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One thread in {@code epoll_wait} for all descriptors of its owner. What it wakes runs on virtual
 * threads; actions given to {@link Watch#onReadable} run on the poll thread itself and must not
 * block.
 */
public final class Poller implements AutoCloseable {

  private static final Logger LOG = System.getLogger(Poller.class.getName());
  private static final int BATCH = 64;
  private static final long WAKE_UP = 0;

  /** {@code struct epoll_event} is packed on x86-64 only. */
  private static final boolean PACKED = System.getProperty("os.arch", "").matches("amd64|x86_64");

  private static final int EVENT_SIZE = PACKED ? 12 : 16;
  private static final int DATA_OFFSET = PACKED ? 4 : 8;

  private final Descriptor epoll;
  private final Descriptor wakeUp;
  private final Map<Long, Watch> watches = new ConcurrentHashMap<>();
  private final AtomicLong tokens = new AtomicLong(WAKE_UP);
  private final Thread thread;
  private volatile boolean closed;

  private Poller(Descriptor epoll, Descriptor wakeUp, String name) {
    this.epoll = epoll;
    this.wakeUp = wakeUp;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  /**
   * Starts a poller.
   *
   * @param name of its thread
   */
  public static Poller open(String name) throws IOException {
    int epoll = PollCalls.epoll_create1(PollCalls.EPOLL_CLOEXEC);
    if (epoll < 0) {
      throw ErrnoException.last("create epoll instance");
    }
    int event = PollCalls.eventfd(0, PollCalls.EFD_CLOEXEC | PollCalls.EFD_NONBLOCK);
    if (event < 0) {
      ErrnoException failure = ErrnoException.last("create eventfd");
      var _ = PollCalls.close(epoll);
      throw failure;
    }
    Poller poller = new Poller(new Descriptor(epoll), new Descriptor(event), name);
    poller.control(PollCalls.EPOLL_CTL_ADD, event, PollCalls.EPOLLIN, WAKE_UP);
    poller.thread.start();
    return poller;
  }

  /**
   * Begins to watch a descriptor, which belongs to one watch at most. The watch is to be closed
   * before the descriptor.
   */
  public Watch watch(Descriptor descriptor) throws IOException {
    Watch watch = new Watch(this, tokens.incrementAndGet(), descriptor);
    watches.put(watch.token(), watch);
    if (closed) {
      watch.close();
    }
    return watch;
  }

  void forget(Watch watch) {
    watches.remove(watch.token());
  }

  void control(int operation, int fd, int events, long token) throws IOException {
    try (Memory event = new Memory(EVENT_SIZE)) {
      event.setInt(0, events);
      event.setLong(DATA_OFFSET, token);
      int number = epoll.acquire();
      try {
        if (PollCalls.epoll_ctl(number, operation, fd, Pointer.nativeValue(event)) != 0) {
          throw ErrnoException.last("watch file descriptor " + fd);
        }
      } finally {
        epoll.release();
      }
    }
  }

  private void run() {
    try (Memory events = new Memory((long) BATCH * EVENT_SIZE)) {
      int number = epoll.acquire();
      try {
        while (!closed) {
          int count = PollCalls.epoll_wait(number, Pointer.nativeValue(events), BATCH, -1);
          if (count < 0) {
            ErrnoException failure = ErrnoException.last("wait for file descriptors");
            if (failure.errno() != Errno.EINTR) {
              throw failure;
            }
          }
          for (int i = 0; i < count; i++) {
            long at = (long) i * EVENT_SIZE;
            fire(events.getLong(at + DATA_OFFSET), events.getInt(at));
          }
        }
      } finally {
        epoll.release();
      }
    } catch (IOException e) {
      LOG.log(Level.ERROR, "the poll thread ended; nothing will be waited for any more", e);
    } finally {
      closed = true;
      watches.values().forEach(Watch::close);
    }
  }

  private void fire(long token, int events) {
    Watch watch = watches.get(token);
    if (watch != null) {
      try {
        watch.fire(events);
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "an action for " + watch + " failed", e);
      }
    }
  }

  /** Ends the thread and all watches; their waiters get an exception. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (Memory one = new Memory(8)) {
      one.setLong(0, 1);
      int number = wakeUp.acquire();
      try {
        var _ = PollCalls.write(number, Pointer.nativeValue(one), 8);
      } finally {
        wakeUp.release();
      }
      if (Thread.currentThread() != thread) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the poller was closed twice", e);
    }
    wakeUp.close();
    epoll.close();
  }
}
