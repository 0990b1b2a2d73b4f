package io.gantry.error;

import io.gantry.plugins.DriverException;
import org.jspecify.annotations.Nullable;

/**
 * A request could not be done. The message is shown to the client as it is, in Docker's words where
 * Docker has some; the cause is for the log only.
 */
public class EngineException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What kind of failure it is; the API answers with {@link #status()}. */
  public enum Kind {
    NOT_MODIFIED(304),
    INVALID(400),
    UNAUTHORIZED(401),
    FORBIDDEN(403),
    NOT_FOUND(404),
    CONFLICT(409),
    SYSTEM(500),
    UNSUPPORTED(501),
    UNAVAILABLE(503);

    private final int status;

    /** As what the failure of a driver is reported. */
    public static Kind of(DriverException.Kind kind) {
      return switch (kind) {
        case INVALID -> INVALID;
        case NOT_FOUND -> NOT_FOUND;
        case CONFLICT -> CONFLICT;
        case FORBIDDEN -> FORBIDDEN;
        case UNSUPPORTED -> UNSUPPORTED;
        case SYSTEM -> SYSTEM;
      };
    }

    Kind(int status) {
      this.status = status;
    }

    /** The HTTP status of the answer. */
    public int status() {
      return status;
    }
  }

  private final Kind kind;

  public EngineException(Kind kind, String message) {
    this(kind, message, null);
  }

  public EngineException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }

  /** A driver's failure as the engine's. */
  public static EngineException of(DriverException e) {
    return of("", e);
  }

  /**
   * A driver's failure as the engine's.
   *
   * @param prefix put before the message
   */
  public static EngineException of(String prefix, DriverException e) {
    return new EngineException(Kind.of(e.kind()), prefix + e.getMessage(), e);
  }

  public static EngineException invalid(String message) {
    return new EngineException(Kind.INVALID, message);
  }

  public static EngineException notFound(String message) {
    return new EngineException(Kind.NOT_FOUND, message);
  }

  public static EngineException conflict(String message) {
    return new EngineException(Kind.CONFLICT, message);
  }

  public static EngineException forbidden(String message) {
    return new EngineException(Kind.FORBIDDEN, message);
  }

  public static EngineException system(String message, @Nullable Throwable cause) {
    return new EngineException(Kind.SYSTEM, message, cause);
  }
}
