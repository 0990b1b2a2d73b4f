package io.gantry.container.mount;

import io.gantry.container.record.Container;
import io.gantry.container.record.MountPoint;
import io.gantry.image.MountedImage;
import io.gantry.linux.mount.Mounts;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.storage.MountSpec;
import io.gantry.plugins.storage.StorageDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Images mounted into containers. Each mount has a snapshot of its own on the image's layers, as in
 * dockerd: the container gets it read-only, and one that is privileged to make it writable changes
 * that snapshot and never the image. A snapshot is made by the first run and lives as long as the
 * container; it is mounted while the container runs or somebody reads its files.
 */
public final class ImageMounts {

  private static final String SEPARATOR = "-image-";

  private final StorageDriver storage;
  private final Path places;

  /**
   * @param places where images are mounted: a directory of the engine's, empty after a reboot
   */
  public ImageMounts(StorageDriver storage, Path places) {
    this.storage = storage;
    this.places = places;
  }

  static Path place(Path places, String containerId, int number) {
    return places.resolve(containerId).resolve(Integer.toString(number));
  }

  /** The container that a snapshot was made for, if it is one of these. */
  public static Optional<String> containerOf(String snapshot) {
    int at = snapshot.indexOf(SEPARATOR);
    return at < 0 ? Optional.empty() : Optional.of(snapshot.substring(0, at));
  }

  private static String snapshot(Container container, MountPoint mount) {
    return container.id() + SEPARATOR + Path.of(mount.source()).getFileName();
  }

  /**
   * Mounts an image, unless it is mounted already.
   *
   * @return where it is
   */
  Path mount(Container container, MountPoint mount) throws IOException {
    MountedImage image = Objects.requireNonNull(mount.image());
    Path place = Path.of(mount.source());
    String snapshot = snapshot(container, mount);
    if (!Mounts.isMountPoint(place)) {
      if (storage.stat(snapshot).isEmpty()) {
        storage.prepare(snapshot, image.snapshot(), Map.of());
        FailPoint.hit("image.mount.prepared");
      }
      Files.createDirectories(place);
      for (MountSpec spec : storage.mounts(snapshot)) {
        Mounts.mount(spec.type(), spec.source(), place, spec.options());
      }
    }
    return place;
  }

  void release(Container container) {
    HostPlaces.release(places.resolve(container.id()));
  }

  /** The container is being removed. What it mounted is released. */
  void remove(Container container) {
    for (MountPoint mount : container.mounts()) {
      if (mount.image() != null) {
        storage.remove(snapshot(container, mount));
      }
    }
  }
}
