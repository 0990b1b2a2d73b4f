package io.gantry.plugins;

import org.jspecify.annotations.Nullable;

/**
 * A driver could not do what was asked. The message names the object and the action and is shown to
 * the user.
 */
public class DriverException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** How the failure is reported to the client of the API. */
  public enum Kind {
    /** The request was wrong: HTTP 400. */
    INVALID,
    /** The named object does not exist: HTTP 404. */
    NOT_FOUND,
    /** The state of the object forbids it: HTTP 409. */
    CONFLICT,
    /** Not allowed: HTTP 403. */
    FORBIDDEN,
    /** The driver does not support it: HTTP 501. */
    UNSUPPORTED,
    /** Anything else: HTTP 500. */
    SYSTEM
  }

  private final Kind kind;

  public DriverException(Kind kind, String message) {
    this(kind, message, null);
  }

  public DriverException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
