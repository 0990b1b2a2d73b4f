package io.gantry.plugins.runtime;

import io.gantry.plugins.DriverException;
import org.jspecify.annotations.Nullable;

/**
 * A container or exec could not be brought to run. The message is in the words of runc, as Docker
 * passes them on, whatever runtime was used: clients look into it.
 */
public final class LaunchException extends DriverException {

  private static final long serialVersionUID = 1L;

  /** What the user got wrong, as far as it can be told. */
  public enum Reason {
    /** The program does not exist: exit code 127. */
    NOT_FOUND(127, Kind.INVALID),
    /** The program cannot be executed: exit code 126. */
    NOT_EXECUTABLE(126, Kind.INVALID),
    /** A mount joins a file and a directory: exit code 127. */
    MOUNT_MISMATCH(127, Kind.INVALID),
    /** Anything else: exit code 128. */
    OTHER(128, Kind.SYSTEM);

    private final int exitCode;
    private final Kind kind;

    Reason(int exitCode, Kind kind) {
      this.exitCode = exitCode;
      this.kind = kind;
    }
  }

  private final Reason reason;

  public LaunchException(Reason reason, String message, @Nullable Throwable cause) {
    super(reason.kind, message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /** What Docker records as the exit code of a container that failed so. */
  public int exitCode() {
    return reason.exitCode;
  }
}
