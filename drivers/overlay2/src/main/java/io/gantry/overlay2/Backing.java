package io.gantry.overlay2;

import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.DirectoryEntry;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.FileSystemStat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the file system the snapshots are kept on, and the kernel's overlayfs, can do. */
final class Backing {

  /** Names as Docker shows them, by magic number (linux/magic.h). */
  private static final Map<Long, String> NAMES =
      Map.ofEntries(
          Map.entry(FileSystemStat.EXT, "extfs"),
          Map.entry(FileSystemStat.XFS, "xfs"),
          Map.entry(FileSystemStat.BTRFS, "btrfs"),
          Map.entry(FileSystemStat.TMPFS, "tmpfs"),
          Map.entry(FileSystemStat.OVERLAYFS, "overlayfs"),
          Map.entry(0x61756673L, "aufs"),
          Map.entry(0xf15fL, "ecryptfs"),
          Map.entry(0x6969L, "nfs"),
          Map.entry(0x2fc12fc1L, "zfs"),
          Map.entry(0xf2f52010L, "f2fs"),
          Map.entry(0x65735546L, "fuse"),
          Map.entry(0x858458f6L, "ramfs"));

  /** Cannot hold the upper directory of an overlay. */
  private static final List<String> UNFIT = List.of("overlayfs", "aufs", "ecryptfs", "nfs", "zfs");

  private static final Path MODULE = Path.of("/sys/module/overlay/parameters");

  private Backing() {}

  static String name(Path path) throws ErrnoException {
    return NAMES.getOrDefault(FileSystemStat.of(path).type(), "<unknown>");
  }

  static boolean isFit(String name) {
    return !UNFIT.contains(name);
  }

  /**
   * Whether listing a directory tells the types of what is in it, which overlayfs needs to see
   * whiteouts.
   */
  static boolean tellsTypes(Directory directory) throws ErrnoException {
    directory.deleteTree("d_type");
    directory.makeDirectory("d_type", 0700);
    try {
      return directory.list().stream()
          .filter(entry -> entry.name().equals("d_type"))
          .map(DirectoryEntry::type)
          .allMatch(type -> type == FileStat.DIRECTORY);
    } finally {
      directory.removeDirectory("d_type");
    }
  }

  /**
   * Turns off, where the kernel knows it, what would keep in a directory anything but the files
   * themselves: then a directory can be read, compared and packed without mounting it, and layers
   * can be stacked anew.
   */
  static List<String> plainOptions() {
    List<String> options = new ArrayList<>();
    for (String feature : List.of("index", "redirect_dir", "metacopy")) {
      if (Files.exists(MODULE.resolve(feature))) {
        options.add(feature + "=off");
      }
    }
    return List.copyOf(options);
  }
}
