package io.gantry.oci;

import io.gantry.linux.cgroup.Cgroups;
import io.gantry.linux.cgroup.Hierarchy;
import io.gantry.linux.process.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A host with cgroup controllers in both versions. crun refuses it ("cgroups in hybrid mode not
 * supported, drop all controllers from cgroupv2"); it looks at the mounted cgroup2 only, so it is
 * started where that is not mounted.
 */
final class HybridHost {

  private HybridHost() {}

  /** What programs must not see here; empty where crun runs as it is, or is not there. */
  static Optional<Launcher.Hidden> hidden(Cgroups cgroups, Programs programs) {
    boolean crun =
        programs.runtimes().values().stream()
            .anyMatch(path -> String.valueOf(path.getFileName()).contains("crun"));
    return cgroups
        .unified()
        .filter(unified -> crun && !unified.controllers().isEmpty())
        .map(Hierarchy::mount)
        .flatMap(
            mount ->
                Optional.ofNullable(mount.getParent())
                    .map(parent -> new Launcher.Hidden(mount, parent)));
  }

  /** Whether mounts made later at any place reach other mount namespaces. */
  static boolean rootIsShared() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      String[] fields = line.split(" ");
      if (fields[4].equals("/")) {
        return line.contains(" shared:");
      }
    }
    return false;
  }
}
