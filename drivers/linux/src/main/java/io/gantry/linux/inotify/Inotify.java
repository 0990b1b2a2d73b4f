package io.gantry.linux.inotify;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.poll.Descriptor;
import io.gantry.linux.poll.Poller;
import io.gantry.linux.poll.Watch;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One inotify instance: files and directories are watched, listeners told. All listeners are called
 * on one virtual thread and must not block for long. A file is watched by one listener at a time: a
 * second {@link #watch} of the same file replaces the first. Thread-safe.
 */
public final class Inotify implements AutoCloseable {

  public static final int MODIFY = 0x2;
  public static final int CLOSE_WRITE = 0x8;
  public static final int OPEN = 0x20;
  public static final int MOVED_TO = 0x80;
  public static final int CREATE = 0x100;
  public static final int MOVE_SELF = 0x800;

  /** In an event: events were lost, anything may have changed. */
  public static final int OVERFLOW = 0x4000;

  /** In a mask: the watch ends with its first event. */
  public static final int ONE_SHOT = 0x8000_0000;

  private static final Logger LOG = System.getLogger(Inotify.class.getName());
  private static final int IGNORED = 0x8000;
  private static final int BUFFER = 16 * 1024;
  private static final int HEADER = 16;

  /** Is told of changes. */
  public interface Listener {

    /**
     * Something happened.
     *
     * @param mask what, one of the constants of this class
     * @param name in a watched directory; otherwise empty
     */
    void changed(int mask, String name);
  }

  private final Descriptor descriptor;
  private final Watch readiness;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Integer, Listener> listeners = new HashMap<>();

  private Inotify(Descriptor descriptor, Watch readiness) {
    this.descriptor = descriptor;
    this.readiness = readiness;
  }

  public static Inotify open(Poller poller) throws IOException {
    int fd = InotifyCalls.inotify_init1(InotifyCalls.IN_CLOEXEC | InotifyCalls.IN_NONBLOCK);
    if (fd < 0) {
      throw ErrnoException.last("create inotify instance");
    }
    Descriptor descriptor = new Descriptor(fd);
    try {
      Inotify inotify = new Inotify(descriptor, poller.watch(descriptor));
      Thread.ofVirtual().name("inotify").start(inotify::run);
      return inotify;
    } catch (IOException e) {
      descriptor.close();
      throw e;
    }
  }

  /**
   * Begins to watch.
   *
   * @param mask of the constants of this class
   * @return what {@link #unwatch} takes
   */
  public int watch(Path path, int mask, Listener listener) throws IOException {
    // Under the lock, so that an event of the new watch finds its listener.
    lock.lock();
    try {
      int fd = descriptor.acquire();
      try {
        int watch = InotifyCalls.inotify_add_watch(fd, path.toString(), mask);
        if (watch < 0) {
          throw ErrnoException.last("watch " + path);
        }
        listeners.put(watch, listener);
        return watch;
      } finally {
        descriptor.release();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Stops watching. The listener may still be called for what has happened before. */
  public void unwatch(int watch) {
    lock.lock();
    try {
      if (listeners.remove(watch) != null) {
        int fd = descriptor.acquire();
        try {
          var _ = InotifyCalls.inotify_rm_watch(fd, watch);
        } finally {
          descriptor.release();
        }
      }
    } catch (ClosedChannelException e) {
      LOG.log(Level.TRACE, "closed", e);
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try (Memory buffer = new Memory(BUFFER)) {
      while (true) {
        int fd = descriptor.acquire();
        long count;
        try {
          count = InotifyCalls.read(fd, Pointer.nativeValue(buffer), BUFFER);
          if (count < 0) {
            ErrnoException failure = ErrnoException.last("read file system events");
            if (failure.errno() != Errno.EAGAIN && failure.errno() != Errno.EINTR) {
              throw failure;
            }
          }
        } finally {
          descriptor.release();
        }
        if (count > 0) {
          dispatch(buffer, count);
        } else {
          readiness.awaitReadable();
        }
      }
    } catch (ClosedChannelException e) {
      LOG.log(Level.TRACE, "closed", e);
    } catch (IOException e) {
      LOG.log(Level.ERROR, "file system events will not be seen any more", e);
    }
  }

  private void dispatch(Memory buffer, long count) {
    long at = 0;
    while (at + HEADER <= count) {
      int watch = buffer.getInt(at);
      int mask = buffer.getInt(at + 4);
      int length = buffer.getInt(at + 12);
      String name = "";
      if (length > 0) {
        byte[] bytes = buffer.getByteArray(at + HEADER, length);
        int end = 0;
        while (end < length && bytes[end] != 0) {
          end++;
        }
        name = new String(bytes, 0, end, StandardCharsets.UTF_8);
      }
      at += HEADER + length;
      for (Listener listener : listeners(watch, mask)) {
        try {
          listener.changed(mask, name);
        } catch (RuntimeException e) {
          LOG.log(Level.ERROR, "a listener for file system events failed", e);
        }
      }
    }
  }

  private List<Listener> listeners(int watch, int mask) {
    lock.lock();
    try {
      if ((mask & OVERFLOW) != 0) {
        return List.copyOf(listeners.values());
      }
      @Nullable Listener listener =
          (mask & IGNORED) == 0 ? listeners.get(watch) : listeners.remove(watch);
      return listener == null || (mask & IGNORED) != 0 ? List.of() : List.of(listener);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    readiness.close();
    descriptor.close();
  }
}
