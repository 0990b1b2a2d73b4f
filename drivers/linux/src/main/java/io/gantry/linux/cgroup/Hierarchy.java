package io.gantry.linux.cgroup;

import java.nio.file.Path;
import java.util.Set;

/**
 * A mounted tree of cgroups.
 *
 * @param mount its mount point
 * @param version 1 or 2
 * @param controllers what can be limited in it; a named hierarchy of version 1 has {@code name=...}
 */
public record Hierarchy(Path mount, int version, Set<String> controllers) {

  public Hierarchy {
    controllers = Set.copyOf(controllers);
  }
}
