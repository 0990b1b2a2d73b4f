package io.gantry.linux.poll;

import io.gantry.linux.ErrnoException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file descriptor and the right to close it. {@link #close} takes effect when the last call that
 * uses the number has returned, so the number cannot come to mean another file under a running
 * call. Thread-safe.
 */
public final class Descriptor implements AutoCloseable {

  private static final int CLOSED = 0x4000_0000;
  private static final int OWNER_ONLY = 0600;

  private final int number;

  /** The number of users, plus {@link #CLOSED}. */
  private final AtomicInteger state = new AtomicInteger();

  public Descriptor(int number) {
    if (number < 0) {
      throw new IllegalArgumentException("no file descriptor: " + number);
    }
    this.number = number;
  }

  /** A file to be read. */
  public static Descriptor reading(Path file) throws IOException {
    return open(file, PollCalls.O_RDONLY);
  }

  /** A file to be written, a new one or emptied; a new one is its owner's alone. */
  public static Descriptor writing(Path file) throws IOException {
    return open(file, PollCalls.O_WRONLY | PollCalls.O_CREAT | PollCalls.O_TRUNC);
  }

  private static Descriptor open(Path file, int flags) throws IOException {
    int fd = PollCalls.open(file.toString(), flags | PollCalls.O_CLOEXEC, OWNER_ONLY);
    if (fd < 0) {
      throw ErrnoException.last("open " + file);
    }
    return new Descriptor(fd);
  }

  /**
   * A further descriptor of a channel's socket, closed on exec.
   *
   * @throws IOException when the channel is closed, or the JDK does not tell: it does so only when
   *     {@code java.base/sun.nio.ch} is exported, as the manifest of the engine's jar says
   */
  public static Descriptor duplicateOf(SelectableChannel channel) throws IOException {
    int copy = PollCalls.fcntl(ChannelNumber.of(channel), PollCalls.F_DUPFD_CLOEXEC, 0);
    if (copy < 0) {
      throw ErrnoException.last("duplicate the descriptor of " + channel);
    }
    Descriptor duplicate = new Descriptor(copy);
    if (!channel.isOpen()) {
      // by now the number may have been another file's
      duplicate.close();
      throw new ClosedChannelException();
    }
    return duplicate;
  }

  /** A further descriptor of the same file, not below a number, closed on exec. */
  public Descriptor duplicateAbove(int lowest) throws IOException {
    int fd = acquire();
    try {
      int copy = PollCalls.fcntl(fd, PollCalls.F_DUPFD_CLOEXEC, lowest);
      if (copy < 0) {
        throw ErrnoException.last("duplicate file descriptor " + fd);
      }
      return new Descriptor(copy);
    } finally {
      release();
    }
  }

  /** Makes calls on this file return instead of wait. */
  public void nonBlocking() throws IOException {
    int fd = acquire();
    try {
      int flags = PollCalls.fcntl(fd, PollCalls.F_GETFL, 0);
      if (flags < 0 || PollCalls.fcntl(fd, PollCalls.F_SETFL, flags | PollCalls.O_NONBLOCK) < 0) {
        throw ErrnoException.last("make file descriptor " + fd + " non-blocking");
      }
    } finally {
      release();
    }
  }

  /** The number, which stays valid until {@link #release}. */
  public int acquire() throws ClosedChannelException {
    while (true) {
      int now = state.get();
      if (now >= CLOSED) {
        throw new ClosedChannelException();
      }
      if (state.compareAndSet(now, now + 1)) {
        return number;
      }
    }
  }

  public void release() {
    if (state.decrementAndGet() == CLOSED) {
      var _ = PollCalls.close(number);
    }
  }

  public boolean isOpen() {
    return state.get() < CLOSED;
  }

  @Override
  public void close() {
    while (true) {
      int now = state.get();
      if (now >= CLOSED) {
        return;
      }
      if (state.compareAndSet(now, now | CLOSED)) {
        if (now == 0) {
          var _ = PollCalls.close(number);
        }
        return;
      }
    }
  }

  @Override
  public String toString() {
    return "fd " + number;
  }
}
