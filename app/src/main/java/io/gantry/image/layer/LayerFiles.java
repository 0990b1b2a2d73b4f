package io.gantry.image.layer;

import io.gantry.layers.LayerTarget;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.mount.Mounts;
import io.gantry.plugins.storage.MountSpec;
import io.gantry.plugins.storage.StorageDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The files of a snapshot within reach: where the driver keeps them when that is a directory, else
 * mounted at a place of its own until closed.
 */
final class LayerFiles implements AutoCloseable {

  private final LayerTarget target;
  private final Optional<Path> mounted;

  private LayerFiles(LayerTarget target, Optional<Path> mounted) {
    this.target = target;
    this.mounted = mounted;
  }

  /**
   * The files of an active snapshot, for writing to it.
   *
   * @param mountPoints where a mount point may be made
   */
  static LayerFiles active(StorageDriver driver, String key, Path mountPoints) throws IOException {
    List<MountSpec> mounts = driver.mounts(key);
    Optional<LayerTarget> direct = LayerTarget.of(mounts);
    return direct.isPresent()
        ? new LayerFiles(direct.get(), Optional.empty())
        : mount(mounts, mountPoints.resolve(key));
  }

  /**
   * The files the topmost layer of a snapshot brought itself, or more, for reading.
   *
   * @param mountPoints where a mount point may be made
   */
  static LayerFiles topmost(StorageDriver driver, String key, Path mountPoints) throws IOException {
    List<MountSpec> mounts = driver.mounts(key);
    Optional<Path> direct = LayerTarget.topmost(mounts);
    return direct.isPresent()
        ? new LayerFiles(new LayerTarget.Plain(direct.get()), Optional.empty())
        : mount(mounts, mountPoints.resolve(key));
  }

  private static LayerFiles mount(List<MountSpec> mounts, Path place) throws IOException {
    Files.createDirectories(place);
    int done = 0;
    try {
      for (MountSpec mount : mounts) {
        Mounts.mount(mount.type(), mount.source(), place, mount.options());
        done++;
      }
    } catch (ErrnoException e) {
      unmount(place, done);
      throw e;
    }
    return new LayerFiles(new LayerTarget.Plain(place), Optional.of(place));
  }

  LayerTarget target() {
    return target;
  }

  Path directory() {
    return target.directory();
  }

  @Override
  public void close() throws IOException {
    if (mounted.isPresent()) {
      unmount(mounted.get(), 1);
    }
  }

  private static void unmount(Path place, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      Mounts.unmount(place);
    }
    Files.deleteIfExists(place);
  }
}
