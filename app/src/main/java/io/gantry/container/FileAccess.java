package io.gantry.container;

import io.gantry.container.spec.ContainerMounts;
import io.gantry.layers.ArchiveRoot;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.OpenFlag;
import io.gantry.linux.mount.Mounts;
import io.gantry.plugins.storage.MountSpec;
import io.gantry.plugins.storage.StorageDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A container's files as its processes see them, volumes and read-only mounts included, whether it
 * runs or not. For one that does not run they are mounted for as long as this is open; for one that
 * runs they are reached through its first process, so that nothing is mounted and nothing waits.
 */
final class FileAccess implements AutoCloseable {

  private final ArchiveRoot root;
  private final Path path;
  private final Undo release;

  private FileAccess(ArchiveRoot root, Path path, Undo release) {
    this.root = root;
    this.path = path;
    this.release = release;
  }

  /** The files of a container that runs. */
  static FileAccess running(Container container) throws IOException {
    Path root = Path.of("/proc", Long.toString(container.state().pid()), "root");
    return new FileAccess(ArchiveRoot.open(root), root, new Undo());
  }

  /** The files of a container that does not run; the caller holds its lock until this is closed. */
  static FileAccess mounted(
      Container container, StorageDriver storage, ContainerMounts mounts, Path target)
      throws IOException {
    Undo release = new Undo();
    try {
      Files.createDirectories(target);
      release.add("directory " + target, () -> Files.deleteIfExists(target));
      for (MountSpec mount : storage.mounts(container.id())) {
        List<String> options = new ArrayList<>(mount.options());
        Mounts.mount(mount.type(), mount.source(), target, options);
        release.add("mount " + target, () -> Mounts.detach(target));
      }
      release.add("volumes of " + container.id(), () -> mounts.release(container));
      var sources = mounts.prepare(container, target);
      for (MountPoint mount : container.mounts()) {
        Path source = sources.get(mount.destination());
        if (source != null) {
          bind(target, mount, source);
        }
      }
      if (container.hostConfig().readonlyRootfs()) {
        Mounts.mount("bind", target.toString(), target, List.of("rbind", "ro"));
        release.add("read-only mount " + target, () -> Mounts.detach(target));
      }
      return new FileAccess(ArchiveRoot.open(target), target, release);
    } catch (IOException | RuntimeException e) {
      release.close();
      throw e;
    }
  }

  /**
   * Binds a mount where it is to appear, which may lie behind the container's own links but never
   * outside of it.
   */
  private static void bind(Path root, MountPoint mount, Path source) throws IOException {
    try (Directory top = Directory.open(root)) {
      boolean directory = Files.isDirectory(source);
      try (Fd place = place(top, mount.destination(), directory)) {
        List<String> options = mount.readWrite() ? List.of("rbind") : List.of("rbind", "ro");
        Mounts.mount("bind", source.toString(), Path.of(place.procPath()), options);
      }
    }
  }

  private static Fd place(Directory top, String destination, boolean directory) throws IOException {
    String parent = "";
    for (String name : destination.substring(1).split("/")) {
      String path = parent.isEmpty() ? name : parent + "/" + name;
      boolean last = path.length() == destination.length() - 1;
      Directory in = parent.isEmpty() ? top.reopen() : top.openDirectoryInRoot(parent);
      try (in) {
        if (in.find(name).isEmpty()) {
          if (last && !directory) {
            in.open(name, OpenFlag.CREATE | OpenFlag.WRITE_ONLY, 0644).close();
          } else {
            in.makeDirectory(name, 0755);
          }
        }
      }
      parent = path;
    }
    return top.openInRoot(destination.substring(1), OpenFlag.PATH, 0);
  }

  ArchiveRoot root() {
    return root;
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    root.close();
    release.close();
  }
}
