package io.gantry.container;

import io.gantry.container.index.ContainerHandle;
import io.gantry.container.index.Containers;
import io.gantry.container.record.Container;
import io.gantry.container.record.State;
import io.gantry.container.record.Status;
import io.gantry.linux.systemd.SystemState;
import io.gantry.plugins.runtime.RuntimeDriver;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.DependsOn;
import org.springframework.stereotype.Component;

/**
 * Containers outlive the daemon, but not the host: when systemd shuts it down they get their stop
 * signals and their time here. Without that systemd would send SIGTERM to every process at the very
 * end, which the first process of a container may not even notice, and wait 90 s. Their ends are
 * recorded, not as ends that a user wanted: the next daemon starts those again whose policy says
 * so.
 */
@Component
@DependsOn("containerService")
final class HostShutdown implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(HostShutdown.class);

  /** Within the time that the unit of the daemon has to stop, together with {@link #KILLED}. */
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private static final Duration KILLED = Duration.ofSeconds(10);

  private final Containers containers;
  private final ContainerExits exits;
  private final RuntimeDriver runtime;

  HostShutdown(Containers containers, ContainerExits exits, RuntimeDriver runtime) {
    this.containers = containers;
    this.exits = exits;
    this.runtime = runtime;
  }

  /** The daemon ends; ends the containers if the host does too. */
  @Override
  public void close() {
    try {
      if (SystemState.stopping()) {
        endContainers();
      }
    } catch (IOException e) {
      log.warn("Whether the host is shut down is not known; containers go on", e);
    }
  }

  private void endContainers() {
    exits.noMoreRestarts();
    try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
      for (ContainerHandle handle : containers.handles()) {
        if (handle.current().state().isRunning()) {
          each.execute(() -> end(handle));
        }
      }
    }
  }

  private void end(ContainerHandle handle) {
    CompletableFuture<State> exit = handle.nextExit();
    Container container = handle.current();
    if (!container.state().isRunning()) {
      return;
    }
    try {
      runtime.signal(container.id(), Signal.toStop(container), false);
      if (container.state().status() == Status.PAUSED) {
        runtime.resume(container.id());
      }
      if (!ContainerStopper.endsWithin(exit, limit(container))) {
        runtime.signal(container.id(), Signal.KILL, false);
        if (!ContainerStopper.endsWithin(exit, KILLED)) {
          log.warn("Container {} does not end", container.id());
          return;
        }
      }
      // The rest of what follows an end is done under the lock.
      handle.lock.lock();
      handle.lock.unlock();
    } catch (RuntimeException e) {
      log.warn("Container {} could not be ended", container.id(), e);
    }
  }

  private static Duration limit(Container container) {
    int seconds = ContainerStopper.stopTimeout(container);
    Duration asked = Duration.ofSeconds(seconds);
    return seconds < 0 || asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
  }
}
