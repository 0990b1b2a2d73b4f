package io.gantry.store;

import org.jspecify.annotations.Nullable;

/** The database could not do what was asked. */
public final class StoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public StoreException(String action, @Nullable Throwable cause) {
    super("cannot " + action + (cause == null ? "" : ": " + cause.getMessage()), cause);
  }
}
