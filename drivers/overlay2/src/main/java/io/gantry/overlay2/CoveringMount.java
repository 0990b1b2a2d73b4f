package io.gantry.overlay2;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.mount.MountInfo;
import io.gantry.linux.mount.Mounts;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds what was mounted over the driver's directory: then the snapshots seem to be gone, though
 * they are only hidden.
 */
final class CoveringMount {

  private CoveringMount() {}

  /** The mount that hides {@code root}, which was opened from {@code path} when nothing hid it. */
  static Optional<MountInfo> over(Path path, Directory root) throws ErrnoException {
    FileStat known = root.fd().stat();
    long visibleMount;
    try (Directory visible = Directory.open(path)) {
      FileStat stat = visible.fd().stat();
      if (stat.isSameFile(known)) {
        return Optional.empty();
      }
      visibleMount = stat.mountId();
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
      return topmost(path);
    }
    return MountInfo.list().stream()
        .filter(mount -> mount.id() == visibleMount)
        .findFirst()
        .or(() -> topmost(path));
  }

  /**
   * The mount at {@code path} that hides a directory in which a driver has kept snapshots, although
   * what is mounted has none. That a file system with snapshots is mounted there is as it should
   * be.
   *
   * @param records the name of the directory records are kept in
   */
  static Optional<MountInfo> hidingRecords(Path path, String records) throws ErrnoException {
    if (!Mounts.isMountPoint(path) || hasEntries(Directory.open(path), records)) {
      return Optional.empty();
    }
    Directory hidden;
    try {
      hidden = Mounts.openBelowMount(path);
    } catch (ErrnoException e) {
      return Optional.empty(); // not to be seen: nothing to be said
    }
    return hasEntries(hidden, records) ? topmost(path) : Optional.empty();
  }

  private static boolean hasEntries(Directory directory, String name) throws ErrnoException {
    try (directory;
        Directory entries = directory.openDirectory(name)) {
      return !entries.list().isEmpty();
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
        return false;
      }
      throw e;
    }
  }

  /** The last mount made at the path or at a directory above it. */
  private static Optional<MountInfo> topmost(Path path) {
    List<MountInfo> covering =
        MountInfo.list().stream().filter(m -> path.startsWith(m.mountPoint())).toList();
    return covering.isEmpty() ? Optional.empty() : Optional.of(covering.getLast());
  }

  static String describe(MountInfo mount, Path root) {
    return mount.source()
        + " ("
        + mount.type()
        + ") is mounted on "
        + mount.mountPoint()
        + " and hides the snapshots in "
        + root;
  }

  static String remedy(MountInfo mount) {
    return "umount " + mount.mountPoint();
  }
}
