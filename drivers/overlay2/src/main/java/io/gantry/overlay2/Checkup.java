package io.gantry.overlay2;

import io.gantry.linux.ErrnoException;
import io.gantry.linux.mount.MountInfo;
import io.gantry.linux.mount.Mounts;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.storage.StorageProblem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks for what is wrong with the driver's storage, and mends it where that is safe. */
final class Checkup {

  private static final String COVERED = "overlay2.covered";
  private static final String STUCK = "overlay2.trash";

  private final Path root;
  private final DriverDirectories directories;

  Checkup(Path root, DriverDirectories directories) {
    this.root = root;
    this.directories = directories;
  }

  List<StorageProblem> problems() {
    List<StorageProblem> problems = new ArrayList<>();
    try {
      CoveringMount.over(root, directories.root())
          .ifPresent(
              mount ->
                  problems.add(
                      new StorageProblem(
                          COVERED,
                          CoveringMount.describe(mount, root),
                          CoveringMount.remedy(mount),
                          true)));
    } catch (ErrnoException e) {
      problems.add(
          new StorageProblem(
              COVERED, root + " cannot be reached: " + e.getMessage(), "mount it again", false));
    }
    directories
        .trash()
        .stuck()
        .forEach(
            (name, reason) ->
                problems.add(
                    new StorageProblem(
                        STUCK + "." + name,
                        "a removed snapshot cannot be deleted: " + reason,
                        "delete " + root.resolve("trash").resolve(name) + " and restart",
                        false)));
    return problems;
  }

  /** Takes covering mounts away until none is left. */
  void repair(StorageProblem problem) {
    if (!problem.id().equals(COVERED)) {
      throw new DriverException(Kind.UNSUPPORTED, "cannot repair: " + problem.description());
    }
    try {
      Optional<MountInfo> covering = CoveringMount.over(root, directories.root());
      while (covering.isPresent()) {
        Mounts.unmount(Path.of(covering.get().mountPoint()));
        covering = CoveringMount.over(root, directories.root());
      }
    } catch (ErrnoException e) {
      throw new DriverException(Kind.SYSTEM, "cannot repair: " + e.getMessage(), e);
    }
  }
}
