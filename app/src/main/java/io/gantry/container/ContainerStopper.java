package io.gantry.container;

import io.gantry.container.index.ContainerEvents;
import io.gantry.container.index.ContainerHandle;
import io.gantry.container.index.ContainerStore;
import io.gantry.container.index.Containers;
import io.gantry.container.record.Container;
import io.gantry.container.record.State;
import io.gantry.container.record.Status;
import io.gantry.error.EngineException;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.runtime.RuntimeDriver;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Ends runs that a user wants to end. That it is wanted is recorded first, under the container's
 * lock, so that no restart policy undoes it; the end itself is waited for without the lock. It is
 * the end of the run there was when it was recorded, not of one before or after.
 */
@Component
final class ContainerStopper {

  private static final Logger log = LoggerFactory.getLogger(ContainerStopper.class);

  /** SIGKILL cannot be refused, but a process in an uninterruptible wait may take its time. */
  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

  /** After this time it is looked whether another container keeps one from ending. */
  private static final Duration TELL_AFTER = Duration.ofSeconds(1);

  private static final int STOP_SECONDS = 10;

  private final ContainerStore store;
  private final RuntimeDriver runtime;
  private final ContainerEvents events;
  private final PidSharing pidSharing;

  ContainerStopper(
      Containers containers, ContainerStore store, RuntimeDriver runtime, ContainerEvents events) {
    this.store = store;
    this.runtime = runtime;
    this.events = events;
    this.pidSharing = new PidSharing(containers);
  }

  /**
   * Sends the stop signal, then SIGKILL; does nothing when nothing runs.
   *
   * @param timeout seconds between the two; negative waits for ever; empty is the container's own,
   *     else 10
   * @param signal instead of the container's stop signal, 0 for none
   */
  void stop(ContainerHandle handle, OptionalInt timeout, int signal) {
    Optional<CompletableFuture<State>> end = intend(handle, state -> true);
    if (end.isEmpty()) {
      return;
    }
    CompletableFuture<State> exit = end.get();
    Container container = handle.current();
    send(handle, exit, signal > 0 ? signal : Signal.toStop(container));
    int seconds = timeout.orElse(stopTimeout(container));
    if (seconds < 0) {
      awaitEnd(handle, exit);
    } else if (seconds == 0 || !endsWithin(exit, Duration.ofSeconds(seconds))) {
      kill(handle, exit);
    }
    events.publish(handle.current(), "stop");
  }

  /** Seconds from the stop signal to SIGKILL; negative is for ever. */
  static int stopTimeout(Container container) {
    Integer configured = container.config().stopTimeout();
    return configured == null ? STOP_SECONDS : configured;
  }

  /** Sends SIGKILL and waits for the end; does nothing when nothing runs. */
  void kill(ContainerHandle handle) {
    intend(handle, state -> true).ifPresent(exit -> kill(handle, exit));
  }

  /**
   * As {@link #kill(ContainerHandle)}, but of one run only: does nothing when that has ended,
   * whatever its restart policy has made of that.
   */
  void kill(ContainerHandle handle, Instant started) {
    intend(handle, state -> state.isRunOf(started)).ifPresent(exit -> kill(handle, exit));
  }

  /** Sends a signal that is meant to end the container, and waits for nothing. */
  void signal(ContainerHandle handle, int signal) {
    intend(handle, state -> true).ifPresent(exit -> send(handle, exit, signal));
  }

  /**
   * Records that the end is wanted. A container that waits for its restart has ended thereby.
   *
   * @param meant whether it is wanted of a container in this state; looked at under the lock
   * @return completed at the end of the run there is; empty when nothing runs
   */
  private Optional<CompletableFuture<State>> intend(
      ContainerHandle handle, Predicate<State> meant) {
    handle.lock.lock();
    try {
      Container container = handle.current();
      State state = container.state();
      if (!meant.test(state)) {
        return Optional.empty();
      }
      handle.cancelRestart();
      if (state.status() == Status.RESTARTING) {
        State stopped = state.stoppedByUser(true).with(Status.EXITED);
        wish(handle, container.with(stopped));
        handle.exited(stopped);
        events.publish(container, "stop");
        return Optional.empty();
      }
      if (!state.isRunning()) {
        return Optional.empty();
      }
      wish(handle, container.with(state.stoppedByUser(true)));
      return Optional.of(handle.nextExit());
    } finally {
      handle.lock.unlock();
    }
  }

  private void wish(ContainerHandle handle, Container container) {
    handle.publish(container);
    store.updateWish(container);
  }

  private void change(ContainerHandle handle, Container container) {
    handle.publish(container);
    store.updateLater(container);
  }

  /**
   * Sends a signal that is meant to end a run, unless that has ended. Under the lock: afterwards
   * the container's next run may have begun.
   */
  private void send(ContainerHandle handle, CompletableFuture<State> exit, int signal) {
    handle.lock.lock();
    try {
      if (exit.isDone()) {
        return;
      }
      try {
        runtime.signal(handle.id(), signal, false);
      } catch (DriverException e) {
        if (e.kind() != DriverException.Kind.NOT_FOUND) {
          throw e;
        }
        log.debug("container {} has ended before the signal came", handle.id());
      }
      events.publish(handle.current(), "kill", Map.of("signal", Integer.toString(signal)));
      resumeAfterSignal(handle);
    } finally {
      handle.lock.unlock();
    }
  }

  /** A frozen process takes no signal. */
  private void resumeAfterSignal(ContainerHandle handle) {
    Container container = handle.current();
    if (!handle.isFrozen() || !container.state().isRunning()) {
      return;
    }
    runtime.resume(handle.id());
    handle.thawed();
    if (container.state().status() == Status.PAUSED) {
      change(handle, container.with(container.state().with(Status.RUNNING)));
    }
    handle.freezes(0);
  }

  private void kill(ContainerHandle handle, CompletableFuture<State> exit) {
    send(handle, exit, Signal.KILL);
    if (!endsWithin(exit, TELL_AFTER)) {
      tellObstacle(handle);
      if (!endsWithin(exit, KILL_LIMIT.minus(TELL_AFTER))) {
        throw doesNotEnd(handle.current());
      }
    }
  }

  private EngineException doesNotEnd(Container container) {
    return pidSharing
        .obstacle(container)
        .map(EngineException::conflict)
        .orElseGet(
            () ->
                EngineException.system(
                    "container %s does not end %d s after SIGKILL: one of its processes is in an uninterruptible wait"
                        .formatted(container.id(), KILL_LIMIT.toSeconds()),
                    null));
  }

  /** Who waits for ever is told nothing: the log says what it waits for. */
  private void awaitEnd(ContainerHandle handle, CompletableFuture<State> exit) {
    if (!endsWithin(exit, TELL_AFTER)) {
      tellObstacle(handle);
      exit.join();
    }
  }

  private void tellObstacle(ContainerHandle handle) {
    pidSharing.obstacle(handle.current()).ifPresent(log::warn);
  }

  /** Whether an end comes within a time. */
  static boolean endsWithin(CompletableFuture<State> exit, Duration limit) {
    try {
      exit.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EngineException.system("interrupted while waiting for a container to end", e);
    }
  }
}
