package io.gantry.container.mount;

import io.gantry.container.record.Container;
import io.gantry.container.record.Mount;
import io.gantry.container.record.MountPoint;
import io.gantry.error.EngineException;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.PlatformThread;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.OpenFlag;
import io.gantry.linux.mount.MountInfo;
import io.gantry.linux.mount.Mounts;
import io.gantry.volume.VolumeService;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes ready what is mounted into a container, and lets go of it. Calls for one container come one
 * after the other; for different containers at any time.
 */
public final class ContainerMounts {

  private final VolumeService volumes;
  private final ImageMounts images;
  private final List<Path> engineRoots;
  private final Path subpaths;

  /**
   * @param engineRoots data root and exec root
   * @param subpaths where parts of volumes are mounted: a directory of the engine's
   */
  public ContainerMounts(
      VolumeService volumes, ImageMounts images, List<Path> engineRoots, Path subpaths) {
    this.volumes = volumes;
    this.images = images;
    this.engineRoots = List.copyOf(engineRoots);
    this.subpaths = subpaths;
  }

  /**
   * Makes ready what is mounted into a container that starts: volumes are mounted and filled,
   * images are mounted, sources of binds exist. After a failure nothing is mounted.
   *
   * @param rootfs where the container's file system is mounted
   * @return what to mount, by destination
   * @throws EngineException in Docker's words
   */
  public Map<String, Path> prepare(Container container, Path rootfs) {
    Map<String, Path> ready = prepareFiles(container, rootfs);
    try {
      SharedChannel.mount(container);
      return ready;
    } catch (RuntimeException e) {
      release(container);
      throw e;
    }
  }

  /** The same for who only reads and writes its files: there is no channel to the host then. */
  public Map<String, Path> prepareFiles(Container container, Path rootfs) {
    Map<String, Path> ready = new HashMap<>();
    try {
      int number = 0;
      for (MountPoint mount : container.mounts()) {
        switch (mount.type()) {
          case "volume" ->
              ready.put(mount.destination(), volume(container, mount, rootfs, number++));
          case "bind" -> ready.put(mount.destination(), bind(mount));
          case "image" -> ready.put(mount.destination(), image(container, mount, number++));
          default -> {
            // a tmpfs is made by the runtime
          }
        }
      }
      return ready;
    } catch (RuntimeException e) {
      release(container);
      throw e;
    }
  }

  private Path volume(Container container, MountPoint mount, Path rootfs, int number) {
    Path data = volumes.mount(mount.name(), container.id(), mount.destination(), mount.readWrite());
    try {
      // as Docker, which does it when the container is made: what is deleted later stays deleted
      if (mount.copyUp() && container.state().started().isEmpty()) {
        copyUp(container, mount, rootfs, data);
      }
      Mount.@Nullable VolumeOptions options = mount.options().volumeOptions();
      return options == null || options.subpath().isEmpty()
          ? data
          : subpath(container, data, options.subpath(), number);
    } catch (IOException e) {
      throw EngineException.system(
          "cannot prepare volume %s for %s: %s"
              .formatted(mount.name(), mount.destination(), e.getMessage()),
          e);
    }
  }

  /**
   * An empty volume gets what the image has at its place. An empty directory of root's, as the
   * engine makes places of mounts, has nothing to give: a volume keeps the owner of its options.
   */
  private void copyUp(Container container, MountPoint mount, Path rootfs, Path data)
      throws ErrnoException {
    try (Directory root = Directory.open(rootfs);
        Directory source = root.openDirectoryInRoot(mount.destination())) {
      if (!isPlain(source)) {
        volumes.fill(mount.name(), container.id(), data, target -> copy(source, target));
      }
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
        throw e;
      }
    }
  }

  private static void copy(Directory source, Directory target) throws ErrnoException {
    try (TreeCopy copy = new TreeCopy(target)) {
      PlatformThread.run("copy-tree", () -> copy.copy(source));
    }
  }

  private static boolean isPlain(Directory source) throws ErrnoException {
    FileStat stat = source.fd().stat();
    return stat.uid() == 0
        && stat.gid() == 0
        && stat.permissions() == 0755
        && source.list().isEmpty();
  }

  private Path image(Container container, MountPoint mount, int number) {
    Mount.@Nullable ImageOptions options = mount.options().imageOptions();
    try {
      Path place = images.mount(container, mount);
      return options == null || options.subpath().isEmpty()
          ? place
          : subpath(container, place, options.subpath(), number);
    } catch (IOException e) {
      throw EngineException.system(
          "cannot mount image %s for %s: %s"
              .formatted(mount.name(), mount.destination(), e.getMessage()),
          e);
    }
  }

  /**
   * A part of a volume or an image, bound to a place that nobody with access to it can exchange.
   */
  private Path subpath(Container container, Path data, String subpath, int number)
      throws IOException {
    Path place = subpaths.resolve(container.id()).resolve(Integer.toString(number));
    try (Directory volume = Directory.open(data);
        Fd part = part(volume, data, subpath)) {
      Files.createDirectories(place.getParent());
      if (part.stat().isDirectory()) {
        Files.createDirectories(place);
      } else if (!Files.exists(place)) {
        Files.createFile(place);
      }
      Mounts.bind(Path.of(part.procPath()), place);
      return place;
    }
  }

  private static Fd part(Directory volume, Path data, String subpath) throws ErrnoException {
    try {
      return volume.openInRoot(subpath, OpenFlag.PATH, 0);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
      Path path = data.resolve(subpath);
      throw EngineException.notFound(
          "cannot access path %1$s: lstat %1$s: no such file or directory".formatted(path));
    }
  }

  private Path bind(MountPoint mount) {
    Path source = Path.of(mount.source());
    Mount.@Nullable BindOptions options = mount.options().bindOptions();
    if (!Files.exists(source)) {
      if (options == null || !options.createMountpoint()) {
        throw EngineException.invalid(
            "invalid mount config for type \"bind\": bind source path does not exist: " + source);
      }
      makeSource(source);
    }
    checkPropagation(mount, source);
    return source;
  }

  private static void makeSource(Path source) {
    try {
      Files.createDirectories(source);
    } catch (FileAlreadyExistsException e) {
      throw EngineException.system(
          "error while creating mount source path '%s': mkdir %s: file exists"
              .formatted(source, e.getFile()),
          e);
    } catch (IOException e) {
      throw EngineException.system(
          "error while creating mount source path '%s': %s".formatted(source, e.getMessage()), e);
    }
  }

  private void checkPropagation(MountPoint mount, Path source) {
    boolean shared = mount.propagation().endsWith("shared");
    boolean slave = mount.propagation().endsWith("slave");
    if (!shared && !slave) {
      return;
    }
    MountInfo on = mountOf(source);
    if (shared && !on.isShared()) {
      throw EngineException.system(
          "path %s is mounted on %s but it is not a shared mount"
              .formatted(source, on.mountPoint()),
          null);
    }
    boolean follows = on.isShared() || on.tags().stream().anyMatch(t -> t.startsWith("master:"));
    if (slave && !follows && !touchesEngine(source)) {
      throw EngineException.system(
          "path %s is mounted on %s but it is not a shared or slave mount"
              .formatted(source, on.mountPoint()),
          null);
    }
  }

  private static MountInfo mountOf(Path path) {
    Path real;
    try {
      real = path.toRealPath();
    } catch (IOException e) {
      throw EngineException.system("cannot find the mount of " + path, e);
    }
    MountInfo best = null;
    for (MountInfo mount : MountInfo.list()) {
      boolean deeper = best == null || mount.mountPoint().length() >= best.mountPoint().length();
      if (real.startsWith(mount.mountPoint()) && deeper) {
        best = mount;
      }
    }
    if (best == null) {
      throw EngineException.system("cannot find the mount of " + path, null);
    }
    return best;
  }

  private boolean touchesEngine(Path source) {
    return engineRoots.stream()
        .anyMatch(root -> root.startsWith(source) || source.startsWith(root));
  }

  /** Undoes {@link #prepare}; may be called again. A channel stays once it has been used. */
  public void release(Container container) {
    if (container.state().started().isEmpty()) {
      SharedChannel.remove(container);
    }
    HostPlaces.release(subpaths.resolve(container.id()));
    images.release(container);
    for (MountPoint mount : container.mounts()) {
      if (mount.type().equals("volume")) {
        volumes.unmount(mount.name(), container.id());
      }
    }
  }

  /** The container is being removed: what outlived its runs goes. May be called again. */
  public void remove(Container container) {
    release(container);
    images.remove(container);
    SharedChannel.remove(container);
  }

  /** Whether the container binds anything from outside the engine's own directories. */
  public boolean foreign(Container container) {
    return container.mounts().stream()
            .filter(mount -> mount.type().equals("bind"))
            .anyMatch(mount -> !inEngine(Path.of(mount.source())))
        || container.hostConfig().hostChannel() != null
        || container.hostConfig().privileged();
  }

  private boolean inEngine(Path source) {
    return engineRoots.stream().anyMatch(source::startsWith);
  }
}
