package io.gantry.container.log;

import io.gantry.plugins.log.LogContext;
import java.nio.file.Path;

/**
 * The log of one container.
 *
 * @param driver the log driver's name
 * @param context what the driver is told; its options may include those of the engine ({@code
 *     mode}, {@code max-buffer-size})
 * @param checkpoint a file of the engine's, which says how far the journal has been carried to the
 *     driver; its directory exists. It is to be deleted together with the journal, neither without
 *     the other
 */
public record ContainerLog(String driver, LogContext context, Path checkpoint) {

  public String id() {
    return context.id();
  }
}
