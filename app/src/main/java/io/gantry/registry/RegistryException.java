package io.gantry.registry;

import io.gantry.error.EngineException;
import org.jspecify.annotations.Nullable;

/**
 * A registry refused, could not be reached, or answered nonsense. The message is Docker's. Never
 * holds credentials.
 */
public final class RegistryException extends EngineException {

  private static final long serialVersionUID = 1L;

  /** What went wrong, as far as it matters to what is done next. */
  public enum Reason {
    /** No connection, or one that broke: another attempt or another endpoint may help. */
    CONNECTION,
    /** The registry wants to know who asks, or does not like who asks. */
    UNAUTHORIZED,
    /** The registry wants a password and there is none. */
    NO_CREDENTIALS,
    /** Known, and not allowed. */
    DENIED,
    /** There is no such repository. */
    NAME_UNKNOWN,
    /** There is no such manifest. */
    MANIFEST_UNKNOWN,
    /** There is no such blob. */
    BLOB_UNKNOWN,
    /** The server is overloaded or broken: another attempt may help. */
    SERVER,
    /** The answer breaks the protocol or a limit. */
    MALFORMED,
    /** Anything else the registry refused. */
    OTHER
  }

  private final Reason reason;

  RegistryException(Reason reason, String message, @Nullable Throwable cause) {
    super(kind(reason), message, cause);
    this.reason = reason;
  }

  RegistryException(Reason reason, String message) {
    this(reason, message, null);
  }

  private static Kind kind(Reason reason) {
    return switch (reason) {
      case NAME_UNKNOWN, MANIFEST_UNKNOWN, BLOB_UNKNOWN, DENIED -> Kind.NOT_FOUND;
      case UNAUTHORIZED -> Kind.UNAUTHORIZED;
      case CONNECTION, NO_CREDENTIALS, SERVER, MALFORMED, OTHER -> Kind.SYSTEM;
    };
  }

  public Reason reason() {
    return reason;
  }

  /** Whether the same request may succeed a little later. */
  public boolean isTransient() {
    return reason == Reason.CONNECTION || reason == Reason.SERVER;
  }
}
