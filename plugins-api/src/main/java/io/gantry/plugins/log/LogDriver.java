package io.gantry.plugins.log;

import io.gantry.plugins.Driver;
import io.gantry.plugins.DriverException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * One kind of log, for all containers that use it. Methods are called from many threads at once;
 * those of one sink or one cursor from one thread at a time.
 */
public interface LogDriver extends Driver {

  /**
   * Checks the options of a container when it is created. The options every driver has ({@code
   * mode}, {@code max-buffer-size}) are the engine's and are not passed on.
   *
   * @throws DriverException of kind INVALID, for an unknown option with a text like {@code unknown
   *     log opt '<option>' for <driver> log driver}
   */
  void validate(Map<String, String> options);

  /**
   * Opens the log of a container for writing. There is one sink a container at a time.
   *
   * @param mark what {@link LogSink#flush()} returned last, in this or an earlier life of the
   *     daemon; empty for a log that was never flushed. What the driver took after that mark is
   *     going to be given again: it drops it if it can, so that no line is there twice
   */
  LogSink open(LogContext context, Optional<String> mark);

  /**
   * Reads the log of a container, whether a sink is open or not.
   *
   * @throws DriverException of kind UNSUPPORTED when this kind of log cannot be read back
   */
  LogCursor read(LogContext context, LogQuery query);

  /** Whether all output is thrown away. The engine then does not even keep a journal. */
  default boolean discards() {
    return false;
  }

  /** The file a user may look at ({@code LogPath} in {@code docker inspect}). */
  default Optional<Path> path(LogContext context) {
    return Optional.empty();
  }
}
