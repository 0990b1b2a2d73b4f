package io.gantry.linux.poll;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import java.io.IOException;

/**
 * A pipe, closed on exec.
 *
 * @param readEnd to read from
 * @param writeEnd to write to
 */
public record Pipe(Descriptor readEnd, Descriptor writeEnd) implements AutoCloseable {

  public static Pipe open() throws IOException {
    int[] ends = new int[2];
    if (PollCalls.pipe2(ends, PollCalls.O_CLOEXEC) != 0) {
      throw ErrnoException.last("create pipe");
    }
    return new Pipe(new Descriptor(ends[0]), new Descriptor(ends[1]));
  }

  /** Writes one byte. A pipe has room for it, so this does not wait. */
  public void signal() throws IOException {
    int fd = writeEnd.acquire();
    try (Memory one = new Memory(1)) {
      one.setByte(0, (byte) 0);
      if (PollCalls.write(fd, Pointer.nativeValue(one), 1) != 1) {
        ErrnoException failure = ErrnoException.last("write to pipe");
        if (failure.errno() != Errno.EPIPE) {
          throw failure;
        }
      }
    } finally {
      writeEnd.release();
    }
  }

  /** Closes both ends. */
  @Override
  public void close() {
    readEnd.close();
    writeEnd.close();
  }
}
