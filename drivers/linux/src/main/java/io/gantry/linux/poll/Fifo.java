package io.gantry.linux.poll;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The writing end of a named pipe. Never waits. */
public final class Fifo implements AutoCloseable {

  private final Path path;
  private final Descriptor descriptor;

  private Fifo(Path path, Descriptor descriptor) {
    this.path = path;
    this.descriptor = descriptor;
  }

  /** Opens a named pipe that somebody reads; empty when nobody does, or it does not exist. */
  public static Optional<Fifo> open(Path path) throws IOException {
    int flags = PollCalls.O_WRONLY | PollCalls.O_NONBLOCK | PollCalls.O_CLOEXEC;
    int fd = PollCalls.open(path.toString(), flags, 0);
    if (fd < 0) {
      ErrnoException failure = ErrnoException.last("open " + path);
      if (failure.errno() == Errno.ENXIO || failure.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw failure;
    }
    return Optional.of(new Fifo(path, new Descriptor(fd)));
  }

  /** Writes a message, which is short enough to be written whole or not at all. */
  public void write(byte[] message) throws IOException {
    int fd = descriptor.acquire();
    try (Memory buffer = new Memory(message.length)) {
      buffer.write(0, message, 0, message.length);
      if (PollCalls.write(fd, Pointer.nativeValue(buffer), message.length) != message.length) {
        throw ErrnoException.last("write to " + path);
      }
    } finally {
      descriptor.release();
    }
  }

  /** How many bytes the reader has not taken yet. */
  public int unread() throws IOException {
    int fd = descriptor.acquire();
    try {
      int[] count = new int[1];
      if (PollCalls.ioctl(fd, PollCalls.FIONREAD, count) != 0) {
        throw ErrnoException.last("look into " + path);
      }
      return count[0];
    } finally {
      descriptor.release();
    }
  }

  @Override
  public void close() {
    descriptor.close();
  }
}
