package io.gantry.container.spec;

import io.gantry.error.EngineException;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.DirectoryEntry;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.OpenFlag;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A device node of the host.
 *
 * @param path on the host
 * @param type {@code c} or {@code b}
 * @param mode permissions
 */
record DeviceNode(String path, String type, int major, int minor, int mode, int uid, int gid) {

  /**
   * Directories and nodes below {@code /dev} that a container has its own of, as runc leaves out.
   */
  private static final Set<String> SKIPPED =
      Set.of("pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev", "console");

  private static final int MAX_DEPTH = 8;

  /**
   * The node at a path, or those below it when it is a directory. Links are followed: the user
   * names what is meant.
   *
   * @throws EngineException SYSTEM, in Docker's words
   */
  static List<DeviceNode> find(String path) {
    try (Fd fd = Fd.open(path, OpenFlag.PATH)) {
      FileStat stat = fd.stat();
      if (stat.isDevice()) {
        return List.of(of(path, stat));
      }
      List<DeviceNode> below = stat.isDirectory() ? below(Path.of(path)) : List.of();
      if (below.isEmpty()) {
        throw failed(path, "not a device node");
      }
      return below;
    } catch (ErrnoException e) {
      throw failed(path, e.reason());
    }
  }

  private static EngineException failed(String path, String why) {
    return EngineException.system(
        "error gathering device information while adding custom device \"%s\": %s"
            .formatted(path, why),
        null);
  }

  /** All devices below a directory, as a privileged container gets them. */
  static List<DeviceNode> below(Path directory) throws ErrnoException {
    List<DeviceNode> found = new ArrayList<>();
    try (Directory open = Directory.open(directory)) {
      collect(open, directory, found, 0);
    }
    return found;
  }

  private static void collect(Directory directory, Path path, List<DeviceNode> found, int depth)
      throws ErrnoException {
    for (DirectoryEntry entry : directory.list()) {
      if (SKIPPED.contains(entry.name())) {
        continue;
      }
      FileStat stat = directory.find(entry.name()).orElse(null);
      if (stat == null) {
        continue;
      }
      Path child = path.resolve(entry.name());
      if (stat.isDevice()) {
        found.add(of(child.toString(), stat));
      } else if (stat.isDirectory() && depth < MAX_DEPTH) {
        try (Directory open = directory.openDirectory(entry.name())) {
          collect(open, child, found, depth + 1);
        }
      }
    }
  }

  private static DeviceNode of(String path, FileStat stat) {
    return new DeviceNode(
        path,
        stat.type() == FileStat.CHARACTER_DEVICE ? "c" : "b",
        FileStat.major(stat.rdev()),
        FileStat.minor(stat.rdev()),
        stat.permissions(),
        stat.uid(),
        stat.gid());
  }
}
