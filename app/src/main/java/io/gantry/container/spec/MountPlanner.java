package io.gantry.container.spec;

import io.gantry.container.Container;
import io.gantry.container.ContainerConfig;
import io.gantry.container.HostConfig;
import io.gantry.volume.VolumeService;
import java.util.Optional;
import java.util.function.Function;

/** Signatures only for the moment. */
public final class MountPlanner {

  /**
   * @param containers for {@code --volumes-from}: by id or name
   */
  public MountPlanner(VolumeService volumes, Function<String, Optional<Container>> containers) {
    throw new UnsupportedOperationException(volumes + " " + containers);
  }

  /**
   * Decides the mounts of a container, makes the volumes it needs and acquires them. After a
   * failure nothing is left.
   *
   * @param config with the image's volumes merged in
   */
  public MountPlan plan(String containerId, ContainerConfig config, HostConfig hostConfig) {
    throw new UnsupportedOperationException(containerId + config + hostConfig);
  }

  /** The container did not come to be: its volumes are released, and those made for it removed. */
  public void undo(String containerId, MountPlan plan) {
    throw new UnsupportedOperationException(containerId + plan);
  }
}
