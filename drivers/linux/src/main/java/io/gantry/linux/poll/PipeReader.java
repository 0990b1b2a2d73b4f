package io.gantry.linux.poll;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads text from the read end of a pipe; waits without a native thread. Used by one thread at a
 * time. Closing it closes the read end.
 *
 * <p>No more than a limit is kept of a line or of the whole; what is beyond is thrown away.
 */
public final class PipeReader implements AutoCloseable {

  private static final int CHUNK = 4096;

  private final Descriptor end;
  private final Watch watch;
  private final int limit;
  private final Memory buffer = new Memory(CHUNK);
  private int position;
  private int filled;

  /**
   * Takes a read end over.
   *
   * @param limit bytes kept of one line, or of all
   */
  public PipeReader(Poller poller, Descriptor end, int limit) throws IOException {
    end.nonBlocking();
    this.end = end;
    this.watch = poller.watch(end);
    this.limit = limit;
  }

  /** The next line without its end; empty when the other side has closed. */
  public Optional<String> line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      while (position < filled) {
        byte next = buffer.getByte(position++);
        if (next == '\n') {
          return Optional.of(line.toString(StandardCharsets.UTF_8));
        }
        if (line.size() < limit) {
          line.write(next);
        }
      }
      if (!fill()) {
        return line.size() == 0
            ? Optional.empty()
            : Optional.of(line.toString(StandardCharsets.UTF_8));
      }
    }
  }

  /** All text until the other side closes. */
  public String rest() throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    do {
      int count = Math.min(filled - position, limit - text.size());
      text.writeBytes(buffer.getByteArray(position, count));
      position = filled;
    } while (fill());
    return text.toString(StandardCharsets.UTF_8);
  }

  private boolean fill() throws IOException {
    while (true) {
      int fd = end.acquire();
      long count;
      try {
        count = PollCalls.read(fd, Pointer.nativeValue(buffer), CHUNK);
        if (count < 0) {
          ErrnoException failure = ErrnoException.last("read from pipe");
          if (failure.errno() != Errno.EAGAIN && failure.errno() != Errno.EINTR) {
            throw failure;
          }
        }
      } finally {
        end.release();
      }
      if (count >= 0) {
        position = 0;
        filled = (int) count;
        return count > 0;
      }
      watch.awaitReadable();
    }
  }

  @Override
  public void close() {
    watch.close();
    end.close();
    buffer.close();
  }
}
