package io.gantry.container.spec;

import io.gantry.error.EngineException;
import io.gantry.layers.ArchiveRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Refuses working directories that are open files of the process which enters them: before a
 * container's program runs, that process is the runtime, whose files are the host's
 * (CVE-2024-21626). Links in the container are followed. A process in the container may exchange
 * them afterwards: then it is the runtime that has to look again.
 */
final class WorkingDirectory {

  /** What of /proc leads out of it by a jump, and what /dev has of that. */
  private static final Pattern JUMPS =
      Pattern.compile(
          "/proc/(self|thread-self|[0-9]+)(/task/[0-9]+)?/(fd|cwd|root|map_files)(/.*)?"
              + "|/dev/(fd|stdin|stdout|stderr)(/.*)?");

  private WorkingDirectory() {}

  /**
   * @param rootfs where the container's root file system is mounted
   * @throws EngineException INVALID
   */
  static void check(String directory, Path rootfs) {
    if (directory.equals("/")) {
      return;
    }
    try (ArchiveRoot root = ArchiveRoot.open(rootfs)) {
      if (root.way(directory).stream().anyMatch(place -> JUMPS.matcher(place).matches())) {
        throw EngineException.invalid(
            "working directory \"%s\" is outside of the container".formatted(directory));
      }
    } catch (IOException e) {
      throw EngineException.system(
          "cannot look at the working directory %s: %s".formatted(directory, e.getMessage()), e);
    }
  }
}
