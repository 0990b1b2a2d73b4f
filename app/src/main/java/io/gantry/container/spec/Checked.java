package io.gantry.container.spec;

import io.gantry.container.record.HostConfig;
import java.util.List;

/**
 * A request that can be done.
 *
 * @param hostConfig as asked for, without what this host cannot do, and with the values that follow
 *     from others
 * @param warnings what the user is told about it, in Docker's words
 */
public record Checked(HostConfig hostConfig, List<String> warnings) {
  public Checked {
    warnings = List.copyOf(warnings);
  }
}
