package io.gantry.console.client;

import java.io.IOException;

/** There is no connection to the daemon. The message says what to do. */
public final class NoDaemonException extends IOException {

  private static final long serialVersionUID = 1L;

  NoDaemonException(DaemonAddress address, IOException cause) {
    super(message(address, cause), cause);
  }

  private static String message(DaemonAddress address, IOException cause) {
    String reason = String.valueOf(cause.getMessage());
    return reason.contains("Permission denied")
        ? "Permission denied on the Gantry daemon's socket at "
            + address
            + ". Run as root, or as a member of the group that owns the socket."
        : "Cannot connect to the Gantry daemon at " + address + ". Is it running?";
  }
}
