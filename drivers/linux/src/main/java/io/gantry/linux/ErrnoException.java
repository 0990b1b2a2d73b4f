package io.gantry.linux;

import com.sun.jna.Native;
import java.io.IOException;

/**
 * A system call failed. The message is {@code "<action>: <strerror>"}; {@link #errno()} is one of
 * {@link Errno}.
 */
public final class ErrnoException extends IOException {

  private static final long serialVersionUID = 1L;
  private final int errno;

  public ErrnoException(String action, int errno) {
    super(action + ": " + ErrnoText.of(errno));
    this.errno = errno;
  }

  /** The failure of the call this thread made last. */
  public static ErrnoException last(String action) {
    return new ErrnoException(action, Native.getLastError());
  }

  public int errno() {
    return errno;
  }

  /** What the kernel said, without the action. */
  public String reason() {
    return ErrnoText.of(errno);
  }
}
