package io.gantry.plugins.log;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The container whose log it is.
 *
 * @param name without a leading slash
 * @param imageId with its algorithm, for instance {@code sha256:…}
 * @param imageName as the user gave it
 * @param command entry point and arguments
 * @param environment as {@code NAME=value}
 * @param daemonName the engine's name, for tags
 * @param directory exists, is of mode 0700 or stricter, belongs to this container's log alone and
 *     is deleted together with the container
 * @param options the container's log options without those that are the engine's
 */
public record LogContext(
    String id,
    String name,
    String imageId,
    String imageName,
    List<String> command,
    Instant created,
    List<String> environment,
    Map<String, String> labels,
    String daemonName,
    Path directory,
    Map<String, String> options) {

  public LogContext {
    command = List.copyOf(command);
    environment = List.copyOf(environment);
    labels = Map.copyOf(labels);
    options = Map.copyOf(options);
  }
}
