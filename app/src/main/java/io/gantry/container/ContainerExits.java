package io.gantry.container;

import io.gantry.container.index.ContainerEvents;
import io.gantry.container.index.ContainerHandle;
import io.gantry.container.index.ContainerStore;
import io.gantry.container.index.Containers;
import io.gantry.container.record.Container;
import io.gantry.container.record.State;
import io.gantry.container.record.Status;
import io.gantry.container.stream.ContainerStreams;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.runtime.Exit;
import io.gantry.plugins.runtime.RuntimeDriver;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * What follows the end of a container: the end is recorded and told, what the run had in the kernel
 * taken away, and the container started again, removed, or left. The monitor keeps the exit code
 * until it is recorded. The log is completed beside that, however long its driver takes.
 */
@Component
final class ContainerExits {

  private static final Logger log = LoggerFactory.getLogger(ContainerExits.class);

  private final Containers containers;
  private final ContainerStore store;
  private final ContainerTeardown teardown;
  private final ContainerLauncher launcher;
  private final ContainerRemover remover;
  private final ContainerLogging logs;
  private final RuntimeDriver runtime;
  private final ContainerEvents events;
  private final Timer timer;
  private final HealthMonitor health;
  private volatile boolean hostEnds;

  ContainerExits(
      Containers containers,
      ContainerStore store,
      ContainerTeardown teardown,
      ContainerLauncher launcher,
      ContainerRemover remover,
      ContainerLogging logs,
      RuntimeDriver runtime,
      ContainerEvents events,
      Timer timer,
      HealthMonitor health) {
    this.containers = containers;
    this.store = store;
    this.teardown = teardown;
    this.launcher = launcher;
    this.remover = remover;
    this.logs = logs;
    this.runtime = runtime;
    this.events = events;
    this.timer = timer;
    this.health = health;
  }

  /** From now on containers that end stay so until the next daemon starts: the host goes down. */
  void noMoreRestarts() {
    hostEnds = true;
  }

  /** A container ended while this daemon watched. */
  void exited(Exit exit) {
    containers
        .findHandle(exit.id())
        .ifPresent(
            handle -> {
              handle.lock.lock();
              try {
                if (handle.current().state().isRunning()) {
                  ended(handle, exit, false);
                }
              } finally {
                handle.lock.unlock();
              }
            });
  }

  /**
   * Deals with an end. The caller holds the lock.
   *
   * @param told whether an earlier daemon came so far as to tell it
   */
  void ended(ContainerHandle handle, Exit exit, boolean told) {
    FailPoint.hit("container.exit.seen");
    Container container = handle.current();
    handle.freezes(0);
    health.stop(container.id());
    CompletableFuture<Boolean> endOfLog = logs.finish(container.id());
    teardown.network(container);
    State state =
        container
            .state()
            .exited(exit.exitCode(), exit.finishedAt(), exit.oomKilled(), exit.error());
    boolean again =
        !hostEnds
            && container
                .hostConfig()
                .restartPolicy()
                .appliesTo(state, container.restarts().count());
    Container now =
        again
            ? container
                .with(state.with(Status.RESTARTING))
                .with(container.restarts().after(run(state)))
            : container.with(state);
    CompletableFuture<Integer> recorded = store.updateLater(now);
    handle.publish(now);
    if (!told) {
      tell(container, exit, exit.oomKilled() && !container.state().oomKilled());
    }
    handle.takeStreams().ifPresent(ContainerStreams::exited);
    handle.exited(now.state());
    recorded.join();
    FailPoint.hit("container.exit.recorded");
    if (!tearDown(handle, endOfLog)) {
      return;
    }
    FailPoint.hit("container.exit.torn");
    if (again) {
      restartLater(handle, now.restarts().delay());
    } else if (container.hostConfig().autoRemove() && !handle.isKeptOnExit()) {
      removeAfterEnd(handle);
    }
  }

  /** How long it ran. */
  private static Duration run(State ended) {
    Instant started = ended.startedAt();
    Instant finished = ended.finishedAt();
    return started == null || finished == null
        ? Duration.ZERO
        : Duration.between(started, finished);
  }

  /** The OOM killer has killed a process of a running container. */
  void outOfMemory(String id) {
    containers.findHandle(id).ifPresent(this::outOfMemory);
  }

  private void outOfMemory(ContainerHandle handle) {
    handle.lock.lock();
    try {
      Container container = handle.current();
      if (!container.state().isRunning()) {
        return; // its end tells it
      }
      if (!container.state().oomKilled()) {
        container = container.with(container.state().outOfMemory(true));
        handle.publish(container);
        store.updateLater(container);
      }
      events.publish(container, "oom");
    } finally {
      handle.lock.unlock();
    }
  }

  /**
   * Tells an end.
   *
   * @param outOfMemory whether the OOM killer is to be told of with it
   */
  void tell(Container container, Exit exit, boolean outOfMemory) {
    if (outOfMemory) {
      events.publish(container, "oom");
    }
    Map<String, String> attributes = new TreeMap<>();
    attributes.put("exitCode", Integer.toString(exit.exitCode()));
    Instant started = container.state().startedAt();
    if (started != null) {
      long seconds = Math.max(0, Duration.between(started, exit.finishedAt()).toSeconds());
      attributes.put("execDuration", Long.toString(seconds));
    }
    events.publish(container, "die", attributes);
  }

  /** Takes away what is left of a run that the last daemon did not come to an end with. */
  void tearDown(ContainerHandle handle) {
    launcher.resumeLog(handle.current());
    tearDown(handle, logs.finish(handle.id()));
  }

  /**
   * Takes away what the run had; what fails is left to the next start or remove.
   *
   * @param endOfLog as {@link ContainerLogging#finish} gave it
   */
  private boolean tearDown(ContainerHandle handle, CompletableFuture<Boolean> endOfLog) {
    Container container = handle.current();
    try {
      teardown.teardown(container);
    } catch (IOException | RuntimeException e) {
      log.warn("Container {} ended, but not all it had could be taken away", container.id(), e);
      return !container.hostConfig().autoRemove();
    }
    Container settled = container.with(container.state().with(logs.stepUntil(endOfLog, handle)));
    handle.publish(settled);
    store.updateLater(settled);
    return true;
  }

  private void restartLater(ContainerHandle handle, Duration delay) {
    handle.restartLater(timer.after(delay, () -> restart(handle)));
  }

  /**
   * Goes on waiting where the last daemon left off. The caller holds the lock of a container that
   * is restarting.
   */
  void resumeRestart(ContainerHandle handle) {
    Container container = handle.current();
    Instant finished = container.state().finished().orElse(Instant.EPOCH);
    Duration passed = Duration.between(finished, Instant.now());
    Duration left = container.restarts().delay().minus(passed);
    restartLater(handle, left.isNegative() ? Duration.ZERO : left);
  }

  /**
   * Starts a container by its restart policy, unless something else happened to it meanwhile. The
   * hooks of the run before have ended then.
   */
  private void restart(ContainerHandle handle) {
    runtime.hooks(handle.id()).join();
    handle.lock.lock();
    try {
      Container container = handle.current();
      if (container.state().status() != Status.RESTARTING) {
        return;
      }
      try {
        launcher.start(handle, container.restarts());
      } catch (RuntimeException e) {
        log.warn("Container {} could not be restarted: {}", container.id(), e.getMessage());
        handle.exited(handle.current().state());
      }
    } finally {
      handle.lock.unlock();
    }
  }

  /** Removes a container that was to go when it ends. The caller holds the lock. */
  void removeAfterEnd(ContainerHandle handle) {
    try {
      remover.remove(handle, true);
    } catch (RuntimeException e) {
      log.warn("Container {} ended and was to be removed", handle.id(), e);
    }
  }
}
