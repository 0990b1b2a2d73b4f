package io.gantry.container;

import io.gantry.container.index.ContainerEvents;
import io.gantry.container.index.ContainerHandle;
import io.gantry.container.index.ContainerStore;
import io.gantry.container.index.Containers;
import io.gantry.container.record.Container;
import io.gantry.container.record.Resources;
import io.gantry.container.record.RestartPolicy;
import io.gantry.container.record.Restarts;
import io.gantry.container.record.State;
import io.gantry.container.record.Status;
import io.gantry.container.spec.Accelerators;
import io.gantry.container.spec.CheckedUpdate;
import io.gantry.container.spec.HostChecks;
import io.gantry.container.stream.ContainerStreams;
import io.gantry.container.stream.ProcessStreams;
import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.runtime.RuntimeDriver;
import io.gantry.plugins.runtime.Stats;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.springframework.context.annotation.DependsOn;
import org.springframework.stereotype.Component;

/**
 * What can be done with containers. Every method may be called from many threads; those that change
 * a container take its lock for as long as they change it, never while they wait for its end, and
 * never two locks. Readers take none.
 *
 * <p>A reference is an id, a name, or a prefix of an id; one that fits nothing is NOT_FOUND ({@code
 * No such container: x}).
 */
@Component
@DependsOn("reconciler")
public final class ContainerService {

  private final Containers containers;
  private final ContainerStore store;
  private final ContainerCreator creator;
  private final ContainerLauncher launcher;
  private final ContainerStopper stopper;
  private final ContainerRemover remover;
  private final Freezer freezer;
  private final HostChecks checks;
  private final RuntimeDriver runtime;
  private final ContainerEvents events;
  private final ContainerQuery.Surroundings surroundings;

  ContainerService(
      Containers containers,
      ContainerStore store,
      ContainerCreator creator,
      ContainerLauncher launcher,
      ContainerStopper stopper,
      ContainerRemover remover,
      Freezer freezer,
      HostChecks checks,
      RuntimeDriver runtime,
      ContainerEvents events,
      ContainerQuery.Surroundings surroundings) {
    this.containers = containers;
    this.store = store;
    this.creator = creator;
    this.launcher = launcher;
    this.stopper = stopper;
    this.remover = remover;
    this.freezer = freezer;
    this.checks = checks;
    this.runtime = runtime;
    this.events = events;
    this.surroundings = surroundings;
  }

  /** Makes a container. It is durable when this returns. */
  public CreatedContainer create(CreateContainer request) {
    return creator.create(request);
  }

  /** The container as it is now. */
  public Container get(String reference) {
    return containers.get(reference);
  }

  /** The containers that fit, the newest first. */
  public List<Container> list(ContainerQuery query) {
    return query.run(containers, surroundings);
  }

  /** Starts a container that does not run; NOT_MODIFIED when it does. */
  public void start(String reference) {
    ContainerHandle handle = containers.handle(reference);
    CompletableFuture<Void> hooks;
    lockAfterHooks(handle);
    try {
      requireNotRestarting(handle.current());
      handle.cancelRestart();
      startOrRemove(handle);
      hooks = runtime.hooks(handle.id());
    } finally {
      handle.lock.unlock();
    }
    hooks.join();
  }

  /**
   * The hooks that follow an end come before those of the next start. Whoever waits for them holds
   * no lock: they may take their time.
   */
  private void lockAfterHooks(ContainerHandle handle) {
    while (true) {
      handle.lock.lock();
      CompletableFuture<Void> hooks = runtime.hooks(handle.id());
      if (hooks.isDone() || handle.current().state().isRunning()) {
        return;
      }
      handle.lock.unlock();
      hooks.join();
    }
  }

  /** It is on its way already: as for Docker, it runs. */
  private static void requireNotRestarting(Container container) {
    if (container.state().status() == Status.RESTARTING) {
      throw new EngineException(
          EngineException.Kind.NOT_MODIFIED, "container " + container.id() + " is restarting");
    }
  }

  /** A container that is to go when it ends goes too when it cannot be started. */
  private void startOrRemove(ContainerHandle handle) {
    try {
      launcher.requireLinksRun(handle.current());
      launcher.start(handle, Restarts.NONE);
    } catch (RuntimeException e) {
      State state = handle.current().state();
      if (handle.current().hostConfig().autoRemove() && !state.isRunning()) {
        try {
          remover.remove(handle, true);
        } catch (RuntimeException second) {
          e.addSuppressed(second);
        }
      }
      throw e;
    }
  }

  /**
   * Stops a container: its stop signal, then SIGKILL.
   *
   * @param timeout seconds between the two; negative waits for ever; empty is the container's own,
   *     else 10
   * @param signal instead of the container's stop signal
   */
  public void stop(String reference, OptionalInt timeout, Optional<String> signal) {
    ContainerHandle handle = containers.handle(reference);
    int first = signal.isPresent() ? Signal.parse(signal.get()) : 0;
    State state = handle.current().state();
    if (!state.isRunning() && state.status() != Status.RESTARTING) {
      throw new EngineException(
          EngineException.Kind.NOT_MODIFIED,
          "Container already stopped: " + handle.current().name());
    }
    stopper.stop(handle, timeout, first);
  }

  /** Stops the container if it runs, and starts it. */
  public void restart(String reference, OptionalInt timeout, Optional<String> signal) {
    ContainerHandle handle = containers.handle(reference);
    int first = signal.isPresent() ? Signal.parse(signal.get()) : 0;
    handle.keepOnExit();
    try {
      stopper.stop(handle, timeout, first);
      start(handle.id());
    } catch (EngineException e) {
      if (e.kind() != EngineException.Kind.NOT_MODIFIED) {
        throw e;
      }
    } finally {
      handle.releaseOnExit();
    }
    events.publish(handle.current(), "restart");
  }

  /**
   * Sends a signal; with SIGKILL, waits for the end. Any signal ends the waiting of a container for
   * its restart.
   */
  public void kill(String reference, String signal) {
    int number = signal.isEmpty() ? Signal.KILL : Signal.parse(signal);
    ContainerHandle handle = containers.handle(reference);
    Container container = handle.current();
    boolean restarting = container.state().status() == Status.RESTARTING;
    if (!container.state().isRunning() && !restarting) {
      throw EngineException.conflict(
          "cannot kill container: %s: container %s is not running"
              .formatted(reference, container.id()));
    }
    if (number == Signal.KILL) {
      stopper.kill(handle);
    } else if (restarting
        || container.config().stopSignal().isEmpty()
        || number == Signal.toStop(container)) {
      // as dockerd: without a stop signal of its own any signal may be meant to end it
      stopper.signal(handle, number);
    } else {
      runtime.signal(handle.id(), number, false);
      events.publish(container, "kill", Map.of("signal", Integer.toString(number)));
    }
  }

  /** Freezes a running container. */
  public void pause(String reference) {
    freezer.pause(containers.handle(reference));
  }

  /** Lets a frozen container go on. */
  public void unpause(String reference) {
    freezer.unpause(containers.handle(reference));
  }

  /** Gives the container another name, durably. */
  public void rename(String reference, String newName) {
    creator.rename(containers.handle(reference), reference, newName);
  }

  /**
   * Answers who wants to give accelerators to a container.
   *
   * @throws EngineException INVALID, naming the first
   */
  public void refuseAccelerators(String reference, List<String> names) {
    var _ = containers.get(reference);
    Accelerators.refuse(names);
  }

  /**
   * Changes limits and restart policy, durably: all of it or nothing.
   *
   * @return warnings
   */
  public List<String> update(
      String reference, Resources resources, Optional<RestartPolicy> restartPolicy) {
    ContainerHandle handle = containers.handle(reference);
    handle.lock.lock();
    try {
      Container container = handle.current();
      Status status = container.state().status();
      if (status == Status.REMOVING || status == Status.DEAD) {
        throw EngineException.conflict(
            "cannot update container %s: container is marked for removal and cannot be \"update\""
                .formatted(container.id()));
      }
      CheckedUpdate checked = checks.checkUpdate(container, resources, restartPolicy);
      if (container.state().isRunning()) {
        // After a power cut the kernel has neither the new limits nor the old.
        store.updateLater(container.updating(checked.hostConfig())).join();
        FailPoint.hit("container.update.intended");
        try {
          runtime.update(container.id(), checked.change());
        } catch (RuntimeException e) {
          store.updateLater(container).join();
          throw e;
        }
        FailPoint.hit("container.update.applied");
      }
      Container updated = container.with(checked.hostConfig());
      store.update(updated);
      handle.publish(updated);
      events.publish(updated, "update");
      return checked.warnings();
    } finally {
      handle.lock.unlock();
    }
  }

  /**
   * Removes a container, durably.
   *
   * @param volumes also its anonymous volumes
   * @param force kill it when it runs
   */
  public void remove(String reference, boolean volumes, boolean force) {
    ContainerHandle handle = containers.handle(reference);
    if (force) {
      stopper.kill(handle);
    }
    remover.remove(handle, reference, volumes, force);
  }

  /** Removes containers that do not run and fit; what could not be removed stays. */
  public Pruned prune(Filters filters) {
    return remover.prune(filters);
  }

  /** Completed with the state at the end the caller waits for. */
  public CompletableFuture<State> waitFor(String reference, WaitCondition condition) {
    ContainerHandle handle = containers.handle(reference);
    CompletableFuture<State> exit = handle.nextExit();
    if (condition == WaitCondition.REMOVED || handle.removed.isDone()) {
      return handle.removed;
    }
    State now = handle.current().state();
    boolean over =
        condition == WaitCondition.NOT_RUNNING
            && !now.isRunning()
            && now.status() != Status.RESTARTING;
    return over ? CompletableFuture.completedFuture(now) : exit;
  }

  /**
   * Attaches to the container's streams, from now on. To a container that does not run yet, too:
   * the client then gets all of its next run.
   */
  public ProcessStreams attach(String reference, AttachRequest request) {
    ContainerHandle handle = containers.handle(reference);
    handle.lock.lock();
    try {
      handle.requireThere(reference);
      Container container = handle.current();
      if (container.state().status() == Status.PAUSED) {
        throw EngineException.conflict(
            "container %s is paused, unpause the container before attach"
                .formatted(container.id()));
      }
      if (container.state().status() == Status.RESTARTING) {
        throw EngineException.conflict(
            "container %s is restarting, wait until the container is running"
                .formatted(container.id()));
      }
      ContainerStreams streams = launcher.streams(handle);
      ProcessStreams client =
          streams.attach(
              request.stdin() && container.config().openStdin(),
              request.stdout(),
              request.stderr());
      if (container.state().isRunning()) {
        streams.connect(runtime, container.id());
      }
      events.publish(container, "attach");
      return client;
    } finally {
      handle.lock.unlock();
    }
  }

  /** An attached client has left by its detach keys. */
  public void detached(String reference) {
    events.publish(containers.get(reference), "detach");
  }

  /** Sets the size of the container's terminal. */
  public void resize(String reference, int rows, int columns) {
    Container container = containers.get(reference);
    if (!container.state().isRunning()) {
      throw EngineException.conflict("container " + container.id() + " is not running");
    }
    runtime.resize(container.id(), rows, columns);
    events.publish(
        container,
        "resize",
        Map.of("height", Integer.toString(rows), "width", Integer.toString(columns)));
  }

  /** What the kernel counted for a running container; empty for one that does not run. */
  public Optional<Stats> stats(String reference) {
    Container container = containers.get(reference);
    return container.state().isRunning()
        ? Optional.of(runtime.stats(container.id()))
        : Optional.empty();
  }

  /**
   * The processes of a running container, as {@code ps} shows them.
   *
   * @param psArguments for {@code ps}; empty is {@code -ef}
   */
  public ProcessTable top(String reference, String psArguments) {
    Container container = containers.get(reference);
    State state = container.state();
    if (state.status() == Status.RESTARTING) {
      throw EngineException.conflict(
          "Container %s is restarting, wait until the container is running"
              .formatted(container.id()));
    }
    if (!state.isRunning()) {
      throw EngineException.conflict("container " + container.id() + " is not running");
    }
    ProcessTable table = ProcessTable.of(runtime.pids(container.id()), psArguments);
    events.publish(container, "top");
    return table;
  }
}
