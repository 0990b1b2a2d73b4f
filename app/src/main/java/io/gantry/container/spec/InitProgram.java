package io.gantry.container.spec;

import io.gantry.config.DaemonOptions;
import io.gantry.container.record.Container;
import io.gantry.error.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The small init that {@code --init} puts in front of a container's program. It is linked
 * statically: the container has no libraries for it.
 */
final class InitProgram {

  private static final List<Path> CANDIDATES =
      List.of(
          Path.of("/usr/bin/tini-static"),
          Path.of("/usr/bin/catatonit"),
          Path.of("/usr/libexec/catatonit/catatonit"),
          Path.of("/usr/libexec/podman/catatonit"),
          Path.of("/usr/bin/docker-init"),
          Path.of("/usr/libexec/docker/docker-init"));

  private InitProgram() {}

  /**
   * @throws EngineException SYSTEM when an init is wanted and none is installed
   */
  static Optional<Path> of(Container container, DaemonOptions.Containers defaults) {
    Boolean asked = container.hostConfig().init();
    boolean wanted = asked == null ? defaults.init() : asked;
    if (!wanted || !container.hostConfig().pidMode().isEmpty()) {
      return Optional.empty();
    }
    if (defaults.initPath().isPresent()) {
      return defaults.initPath();
    }
    return Optional.of(
        CANDIDATES.stream()
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow(
                () ->
                    EngineException.system(
                        "no init program for --init: install tini or catatonit, or set --init-path",
                        null)));
  }
}
