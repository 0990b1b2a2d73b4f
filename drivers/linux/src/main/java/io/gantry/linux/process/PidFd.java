package io.gantry.linux.process;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.poll.Descriptor;
import io.gantry.linux.poll.Poller;
import io.gantry.linux.poll.Watch;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * One process, held by pidfd (pidfd_open(2)): its number cannot come to mean another process.
 * Thread-safe.
 */
public final class PidFd implements AutoCloseable {

  private static final int INFO_SIZE = 64;
  private static final long INFO_EXIT = 1 << 3;
  private static final int INFO_EXIT_OFFSET = 60;

  private final int pid;
  private final Descriptor descriptor;
  private final Watch watch;

  private PidFd(int pid, Descriptor descriptor, Watch watch) {
    this.pid = pid;
    this.descriptor = descriptor;
    this.watch = watch;
  }

  /** Empty when there is no such process. */
  public static Optional<PidFd> open(Poller poller, int pid) throws IOException {
    int fd = (int) ProcessCalls.syscall(ProcessCalls.SYS_PIDFD_OPEN, pid, 0, 0, 0);
    if (fd < 0) {
      ErrnoException failure = ErrnoException.last("open process " + pid);
      if (failure.errno() == Errno.ESRCH) {
        return Optional.empty();
      }
      throw failure;
    }
    Descriptor descriptor = new Descriptor(fd);
    try {
      return Optional.of(new PidFd(pid, descriptor, poller.watch(descriptor)));
    } catch (IOException e) {
      descriptor.close();
      throw e;
    }
  }

  public int pid() {
    return pid;
  }

  /**
   * Runs an action on the poll thread, once, when the process has ended, or this is closed. It must
   * not block.
   */
  public void onExit(Runnable action) throws IOException {
    watch.onReadable(action);
  }

  /** Waits until the process has ended. */
  public void await() throws IOException {
    watch.awaitReadable();
  }

  /**
   * Waits until the process has ended.
   *
   * @return false when the time is over
   */
  public boolean await(Duration limit) throws IOException {
    return watch.awaitReadable(limit);
  }

  /**
   * Sends a signal.
   *
   * @return false when the process has ended
   */
  public boolean signal(int signal) throws IOException {
    int fd = descriptor.acquire();
    try {
      if (ProcessCalls.syscall(ProcessCalls.SYS_PIDFD_SEND_SIGNAL, fd, signal, 0, 0) == 0) {
        return true;
      }
      ErrnoException failure = ErrnoException.last("send signal " + signal + " to process " + pid);
      if (failure.errno() == Errno.ESRCH) {
        return false;
      }
      throw failure;
    } finally {
      descriptor.release();
    }
  }

  /**
   * How the process ended, as the kernel remembers it (since 6.15) once its parent has reaped it.
   * Empty when it has not ended, has not been reaped, or the kernel is older.
   */
  public Optional<WaitStatus> exitStatus() throws IOException {
    int fd = descriptor.acquire();
    try (Memory info = new Memory(INFO_SIZE)) {
      info.clear();
      info.setLong(0, INFO_EXIT);
      if (ProcessCalls.ioctl(fd, ProcessCalls.PIDFD_GET_INFO, Pointer.nativeValue(info)) != 0
          || (info.getLong(0) & INFO_EXIT) == 0) {
        return Optional.empty();
      }
      return Optional.of(new WaitStatus(info.getInt(INFO_EXIT_OFFSET)));
    } finally {
      descriptor.release();
    }
  }

  /**
   * A descriptor here for a file that the process has open (pidfd_getfd(2)); needs the right to
   * trace it.
   */
  public Descriptor descriptor(int number) throws IOException {
    int fd = descriptor.acquire();
    try {
      int copy = (int) ProcessCalls.syscall(ProcessCalls.SYS_PIDFD_GETFD, fd, number, 0, 0);
      if (copy < 0) {
        throw ErrnoException.last("take file descriptor " + number + " of process " + pid);
      }
      return new Descriptor(copy);
    } finally {
      descriptor.release();
    }
  }

  @Override
  public void close() {
    watch.close();
    descriptor.close();
  }
}
