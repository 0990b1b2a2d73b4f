package io.gantry.oci;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import java.io.IOException;
import java.nio.file.FileSystemException;

/** Turns failed calls into what the engine shows its users. */
final class Failures {

  private Failures() {}

  /**
   * A failure that is nobody's fault.
   *
   * @param action what was attempted, with the object's name
   */
  static DriverException system(String action, IOException cause) {
    return new DriverException(Kind.SYSTEM, "cannot " + action + ": " + text(cause), cause);
  }

  /** The kernel's reason. NIO's own message is but the file's name where there is a reason. */
  static String text(IOException cause) {
    if (cause instanceof FileSystemException failure && failure.getReason() != null) {
      return failure.getFile() + ": " + failure.getReason();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
