package io.gantry.linux.terminal;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads a descriptor of this process until {@link #interrupt}, and takes nothing from it after
 * that: what is typed then is for the next reader. One thread reads; it should be a platform
 * thread, for it waits in the kernel. The descriptor stays open.
 */
public final class InterruptibleInput extends InputStream {

  private static final int POLLFD = 8;
  private static final int EVENTS_AT = 4;
  private static final int REVENTS_AT = 6;
  private static final int LARGEST_READ = 32 << 10;

  private final int fd;
  private final int wake;
  private final Memory polled = new Memory(2 * POLLFD);
  private final Memory buffer = new Memory(LARGEST_READ);

  /** Reads the descriptor {@code fd}. */
  public InterruptibleInput(int fd) throws IOException {
    this.fd = fd;
    this.wake = TerminalCalls.eventfd(0, TerminalCalls.EFD_CLOEXEC);
    if (wake < 0) {
      throw ErrnoException.last("make an event descriptor");
    }
  }

  /** Ends the input: readers get end of file, now and later. */
  public void interrupt() {
    TerminalCalls.eventfd_write(wake, 1);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!awaitInput()) {
      return -1;
    }
    long count =
        TerminalCalls.read(fd, Pointer.nativeValue(buffer), Math.min(length, LARGEST_READ));
    if (count < 0) {
      ErrnoException failure = ErrnoException.last("read the input");
      if (failure.errno() == Errno.EIO) {
        // The terminal has gone.
        return -1;
      }
      throw failure;
    }
    buffer.read(0, bytes, offset, (int) count);
    return count == 0 ? -1 : (int) count;
  }

  /** False once interrupted. */
  private boolean awaitInput() throws IOException {
    polled.clear();
    polled.setInt(0, fd);
    polled.setShort(EVENTS_AT, TerminalCalls.POLLIN);
    polled.setInt(POLLFD, wake);
    polled.setShort(POLLFD + EVENTS_AT, TerminalCalls.POLLIN);
    while (TerminalCalls.poll(Pointer.nativeValue(polled), 2, -1) < 0) {
      if (Native.getLastError() != Errno.EINTR) {
        throw ErrnoException.last("wait for input");
      }
    }
    return polled.getShort(POLLFD + REVENTS_AT) == 0;
  }

  /** Frees what this needs; to be called when no thread reads any more. */
  @Override
  public void close() {
    TerminalCalls.close(wake);
    polled.close();
    buffer.close();
  }
}
