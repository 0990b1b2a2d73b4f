package io.gantry.logging;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.log.LogContext;
import java.nio.file.Path;
import java.util.Map;

/** What distinguishes one log driver that writes files of lines from another. */
interface FileLogKind {

  /** Checks the names of the options: Docker checks the values when the container starts. */
  void validate(Map<String, String> options);

  /**
   * How the files are kept.
   *
   * @throws DriverException of kind INVALID, in Docker's words
   */
  FileLogOptions options(Map<String, String> options);

  LineEncoder encoder(LogContext context);

  LineDecoder decoder();

  /** The current file. */
  Path file(LogContext context);

  /** Whether a user may look at the file. */
  boolean shown();
}
