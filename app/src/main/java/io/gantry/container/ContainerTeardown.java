package io.gantry.container;

import io.gantry.container.exec.ExecService;
import io.gantry.container.mount.SharedMemory;
import io.gantry.container.record.Container;
import io.gantry.network.NetworkService;
import io.gantry.plugins.runtime.RuntimeDriver;
import java.io.IOException;
import org.springframework.stereotype.Component;

/**
 * Takes from the kernel what a run of a container had there: network, mounts, processes, cgroups.
 * Every step may find its work done already, so that it also cleans up what a killed daemon left.
 * The caller holds the container's lock.
 */
@Component
final class ContainerTeardown {

  private final NetworkService networks;
  private final RuntimeDriver runtime;
  private final RootFileSystems roots;
  private final SharedMemory sharedMemory;
  private final ExecService execs;

  ContainerTeardown(
      NetworkService networks,
      RuntimeDriver runtime,
      RootFileSystems roots,
      SharedMemory sharedMemory,
      ExecService execs) {
    this.networks = networks;
    this.runtime = runtime;
    this.roots = roots;
    this.sharedMemory = sharedMemory;
    this.execs = execs;
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
    roots.release(container);
    sharedMemory.release(container.id());
  }

  /** What is known of a container's execs is of no use any more. */
  void forget(String id) {
    execs.containerRemoved(id);
  }
}
