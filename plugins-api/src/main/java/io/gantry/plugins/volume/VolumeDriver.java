package io.gantry.plugins.volume;

import io.gantry.plugins.Driver;
import io.gantry.plugins.DriverException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps volumes. The engine keeps their names, labels and users and serializes the calls for one
 * volume; calls for different volumes come at once. Every call may be repeated after a crash and
 * then finds its work done: it succeeds again.
 */
public interface VolumeDriver extends Driver {

  /** Whether the same name is the same volume on every host. */
  default VolumeScope scope() {
    return VolumeScope.LOCAL;
  }

  /**
   * Makes a volume, durable when this returns.
   *
   * @throws DriverException of kind INVALID naming an option that is unknown or wrong; then nothing
   *     was made
   */
  void create(String name, Map<String, String> options);

  /** All volumes the driver has, whoever made them. */
  List<VolumeInfo> list();

  Optional<VolumeInfo> find(String name);

  /**
   * Makes the volume available at a path.
   *
   * @param user for whom, in general a container; one user mounts once, and the volume stays
   *     mounted until the last one has called {@link #unmount}
   * @return an absolute directory on this host
   * @throws DriverException of kind NOT_FOUND when there is no such volume
   */
  Path mount(String name, String user);

  void unmount(String name, String user);

  /** Deletes the volume with all it holds. */
  void remove(String name);

  /**
   * How full the volume is; empty when the driver cannot say. May take as long as walking over all
   * files.
   */
  Optional<VolumeCapacity> capacity(String name);
}
