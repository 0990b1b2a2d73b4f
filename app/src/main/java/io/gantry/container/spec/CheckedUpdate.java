package io.gantry.container.spec;

import io.gantry.container.record.HostConfig;
import io.gantry.plugins.runtime.LinuxResources;
import java.util.List;

/**
 * A change of a container that can be done.
 *
 * @param hostConfig what the container has afterwards
 * @param change what the runtime is told of a running container
 * @param warnings what the user is told about it, in Docker's words
 */
public record CheckedUpdate(HostConfig hostConfig, LinuxResources change, List<String> warnings) {
  public CheckedUpdate {
    warnings = List.copyOf(warnings);
  }
}
