package io.gantry.container;

import io.gantry.container.record.Container;
import io.gantry.container.record.MountPoint;
import io.gantry.layers.ArchiveRoot;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.Fd;
import io.gantry.linux.mount.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A container's files as its processes see them, volumes and read-only mounts included, whether it
 * runs or not. For one that runs they are reached through its first process, so that what it
 * mounted itself is seen too; otherwise they are put together in a place of the engine's for as
 * long as this is open.
 */
final class FileAccess implements AutoCloseable {

  private final ArchiveRoot root;
  private final Undo release;

  private FileAccess(ArchiveRoot root, Undo release) {
    this.root = root;
    this.release = release;
  }

  /**
   * The files of a container that runs. Empty when its first process has just ended, so that its
   * number may be anybody's, or has changed its root: what it shows is the container's only if its
   * root is.
   *
   * @param rootfs where the container's root file system is mounted
   */
  static Optional<FileAccess> running(Container container, Path rootfs) throws IOException {
    Path process = Path.of("/proc", Long.toString(container.state().pid()), "root");
    ArchiveRoot root;
    try {
      root = ArchiveRoot.open(process);
    } catch (ErrnoException e) {
      return Optional.empty();
    }
    try (Directory own = Directory.open(rootfs)) {
      if (own.fd().stat().isSameFile(root.rootStat())) {
        return Optional.of(new FileAccess(root, new Undo()));
      }
    } catch (ErrnoException e) {
      root.close();
      throw e;
    }
    root.close();
    return Optional.empty();
  }

  /**
   * The files of a container, put together from its root file system and its volumes; the root file
   * system itself when there is nothing to add.
   *
   * @param rootfs where the root file system is mounted
   * @param sources what is mounted in it, by destination, the shallow places first
   * @param target a directory that is not there yet
   */
  static FileAccess assembled(
      Container container, Path rootfs, SortedMap<String, Path> sources, Path target)
      throws IOException {
    boolean readOnly = container.hostConfig().readonlyRootfs();
    if (sources.isEmpty() && !readOnly) {
      return new FileAccess(ArchiveRoot.open(rootfs), new Undo());
    }
    Undo release = new Undo();
    try {
      Files.createDirectories(target);
      release.add("directory " + target, () -> Files.deleteIfExists(target));
      Mounts.mount(
          "bind", rootfs.toString(), target, List.of("bind", "private", readOnly ? "ro" : "rw"));
      release.add("mount " + target, () -> Mounts.detach(target));
      try (Directory top = Directory.open(target, "/")) {
        for (Map.Entry<String, Path> source : sources.entrySet()) {
          boolean writable =
              container.mounts().stream()
                  .filter(mount -> mount.destination().equals(source.getKey()))
                  .findFirst()
                  .map(MountPoint::readWrite)
                  .orElse(!readOnly);
          bind(top, source.getValue(), source.getKey(), writable);
        }
      }
      return new FileAccess(ArchiveRoot.open(target), release);
    } catch (IOException | RuntimeException e) {
      release.close();
      throw e;
    }
  }

  /**
   * Binds a mount where it is to appear. Its place is looked up anew to make it read-only: the
   * first descriptor is of what the mount covers.
   */
  private static void bind(Directory top, Path source, String destination, boolean writable)
      throws ErrnoException {
    boolean directory = Files.isDirectory(source);
    try (Fd place = MountPlaces.open(top, destination, directory)) {
      Mounts.mount("bind", source.toString(), Path.of(place.procPath()), List.of("rbind"));
    }
    if (!writable) {
      try (Fd mounted = MountPlaces.open(top, destination, directory)) {
        Mounts.makeReadOnly(Path.of(mounted.procPath()));
      }
    }
  }

  ArchiveRoot root() {
    return root;
  }

  @Override
  public void close() {
    root.close();
    release.close();
  }
}
