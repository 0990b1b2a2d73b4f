package io.gantry.api.wire;

/** A JSON value is not what it must be; the message is Go's, complete. */
public final class WireException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  WireException(String message) {
    super(message);
  }
}
