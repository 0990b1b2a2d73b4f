package io.gantry.console.client;

import java.io.IOException;

/** The daemon refused a request. The message is its own. */
public final class DaemonException extends IOException {

  private static final long serialVersionUID = 1L;
  private final int status;

  public DaemonException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  public boolean notFound() {
    return status == 404;
  }
}
