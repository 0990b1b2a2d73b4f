package io.gantry.container;

import io.gantry.container.exec.ExecService;
import io.gantry.container.spec.ContainerMounts;
import io.gantry.container.spec.SharedMemory;
import io.gantry.linux.mount.Mounts;
import io.gantry.network.NetworkService;
import io.gantry.plugins.runtime.RuntimeDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Takes from the kernel what a run of a container had there: network, mounts, processes, cgroups.
 * Every step may find its work done already, so that it also cleans up what a killed daemon left.
 * The caller holds the container's lock.
 */
final class ContainerTeardown {

  private final NetworkService networks;
  private final RuntimeDriver runtime;
  private final ContainerMounts mounts;
  private final SharedMemory sharedMemory;
  private final ExecService execs;
  private final ContainerPaths paths;

  ContainerTeardown(
      NetworkService networks,
      RuntimeDriver runtime,
      ContainerMounts mounts,
      SharedMemory sharedMemory,
      ExecService execs,
      ContainerPaths paths) {
    this.networks = networks;
    this.runtime = runtime;
    this.mounts = mounts;
    this.sharedMemory = sharedMemory;
    this.execs = execs;
    this.paths = paths;
  }

  /**
   * Frees addresses and ports: what others may want as soon as they know that the container has
   * ended.
   */
  void network(Container container) {
    networks.down(container.id());
  }

  /** Everything, when the container may have something. */
  void teardown(Container container) throws IOException {
    if (!container.state().unsettled()) {
      return;
    }
    runtime.delete(container.id(), true);
    execs.containerEnded(container);
    network(container);
    unmount(container.id());
    mounts.release(container);
    sharedMemory.release(container.id());
  }

  /** What is known of a container's execs is of no use any more. */
  void forget(String id) {
    execs.containerRemoved(id);
  }

  /** The root file system of a container that does not run. */
  void unmount(String id) throws IOException {
    Path rootfs = paths.rootfs(id);
    if (Files.exists(rootfs)) {
      if (Mounts.isMountPoint(rootfs)) {
        Mounts.detach(rootfs);
      }
      Files.deleteIfExists(rootfs);
    }
  }
}
