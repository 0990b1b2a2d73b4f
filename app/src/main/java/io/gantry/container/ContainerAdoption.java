package io.gantry.container;

import io.gantry.container.exec.ExecService;
import io.gantry.container.index.ContainerEvents;
import io.gantry.container.index.ContainerHandle;
import io.gantry.container.record.Container;
import io.gantry.container.record.State;
import io.gantry.container.record.Status;
import io.gantry.container.record.Step;
import io.gantry.plugins.runtime.Adopted;
import io.gantry.plugins.runtime.Exit;
import io.gantry.plugins.runtime.RuntimeDriver;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Brings the record of a container that was not at rest together with what the runtime knows of it,
 * and goes on with what the last daemon left to be done. A container of which the runtime cannot
 * say what became of it keeps its record and all it has, and is asked for again until that is
 * known.
 */
@Component
final class ContainerAdoption {

  private static final Logger log = LoggerFactory.getLogger(ContainerAdoption.class);

  /** Docker's exit code for a run whose end nobody saw. */
  private static final int UNKNOWN = 255;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final ContainerLauncher launcher;
  private final ContainerExits exits;
  private final ContainerRemover remover;
  private final ExecService execs;
  private final RuntimeDriver runtime;
  private final ContainerEvents events;
  private final Timer timer;
  private final Set<String> unknown = ConcurrentHashMap.newKeySet();

  ContainerAdoption(
      ContainerLauncher launcher,
      ContainerExits exits,
      ContainerRemover remover,
      ExecService execs,
      RuntimeDriver runtime,
      ContainerEvents events,
      Timer timer) {
    this.launcher = launcher;
    this.exits = exits;
    this.remover = remover;
    this.execs = execs;
    this.runtime = runtime;
    this.events = events;
    this.timer = timer;
  }

  /** Brings records and what the runtime found together. */
  void settle(List<ContainerHandle> handles, Map<String, Adopted> found) {
    Map<String, Instant> told = told(found.values());
    for (ContainerHandle handle : handles) {
      handle.lock.lock();
      try {
        settle(handle, found.getOrDefault(handle.id(), new Adopted.Gone()), told);
      } catch (RuntimeException e) {
        log.error("Container {} could not be reconciled", handle.id(), e);
      } finally {
        handle.lock.unlock();
      }
    }
  }

  /** When the last daemon told the ends of containers, whether or not it came to record them. */
  private Map<String, Instant> told(Collection<Adopted> found) {
    return found.stream()
        .flatMap(now -> now instanceof Adopted.Exited(Exit exit) ? Stream.of(exit) : Stream.empty())
        .map(Exit::finishedAt)
        .min(Comparator.naturalOrder())
        .map(first -> events.toldSince("die", first))
        .orElse(Map.of());
  }

  private void settle(ContainerHandle handle, Adopted found, Map<String, Instant> told) {
    if (handle.current().state().status() == Status.REMOVING) {
      return;
    }
    if (!(found instanceof Adopted.Running || found instanceof Adopted.Unknown)) {
      handle.publish(handle.current().notUpdated());
    }
    Container container = handle.current();
    switch (found) {
      case Adopted.Exited(Exit exit) -> {
        Instant last = told.getOrDefault(handle.id(), Instant.MIN);
        ended(handle, exit, !last.isBefore(exit.finishedAt()));
      }
      case Adopted.Running now when container.state().step() != Step.TEARDOWN -> {
        launcher.adopt(handle, now.pid(), now.paused());
        if (now.outOfMemory() && !container.state().oomKilled()) {
          exits.outOfMemory(handle.id());
        }
      }
      case Adopted.Running now -> notStarted(handle);
      case Adopted.Waiting waiting -> notStarted(handle);
      case Adopted.Gone gone -> {
        if (container.state().isRunning()) {
          launcher.resumeLog(container);
          Exit lost =
              new Exit(
                  container.id(),
                  UNKNOWN,
                  Instant.now(),
                  false,
                  "the host or its monitor went away");
          exits.ended(handle, lost, false);
        } else {
          notStarted(handle);
        }
      }
      case Adopted.Unknown(String why) -> {
        log.warn("Container {} is left alone until more is known of it: {}", handle.id(), why);
        unknown.add(handle.id());
      }
    }
  }

  /**
   * It has ended. Of that the last daemon may have recorded nothing, or all but taken away what the
   * run had; what it did is not done again.
   */
  private void ended(ContainerHandle handle, Exit exit, boolean told) {
    Container container = handle.current();
    State state = container.state();
    if (state.step() == Step.TEARDOWN) {
      if (!told) {
        exits.tell(container, exit, exit.oomKilled());
      }
      exits.tearDown(handle);
      return;
    }
    launcher.resumeLog(container);
    if (!state.isRunning()) {
      handle.publish(container.with(state.running(0, exit.finishedAt())));
    }
    exits.ended(handle, exit, told);
  }

  /** It has ended, with nothing left but the last of its output on its way to the log. */
  void finishLog(ContainerHandle handle) {
    handle.lock.lock();
    try {
      exits.tearDown(handle);
    } finally {
      handle.lock.unlock();
    }
  }

  /** A start that was cut off before the program ran, or the rest of a teardown. */
  private void notStarted(ContainerHandle handle) {
    exits.tearDown(handle);
  }

  /**
   * Goes on, in the background, with what the last daemon left to be done: restart policies,
   * removals that were cut off, containers that were to go when they end. The engine answers.
   */
  void goOn(ContainerHandle handle) {
    if (unknown.contains(handle.id())) {
      askLater(handle, handle.current().state().startedAt(), FIRST_PAUSE);
    } else {
      // Hooks may take their time, and the other containers are waiting.
      var _ =
          runtime.hooks(handle.id()).thenRunAsync(() -> finish(handle), Thread::startVirtualThread);
    }
  }

  private void askLater(ContainerHandle handle, @Nullable Instant started, Duration pause) {
    var _ =
        timer.after(
            pause,
            () -> {
              if (ask(handle, started)) {
                unknown.remove(handle.id());
                goOn(handle);
              } else {
                Duration next = pause.multipliedBy(2);
                askLater(handle, started, next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next);
              }
            });
  }

  /**
   * Asks the runtime again for a run that began at a time.
   *
   * @return whether there is an answer, or none is needed any more
   */
  private boolean ask(ContainerHandle handle, @Nullable Instant started) {
    handle.lock.lock();
    try {
      State state = handle.current().state();
      if (handle.removed.isDone()
          || !state.mayHaveSomething()
          || !Objects.equals(started, state.startedAt())) {
        return true;
      }
      Map<String, Adopted> found = runtime.adopt(List.of(handle.id()));
      if (found.get(handle.id()) instanceof Adopted.Unknown(String why)) {
        log.debug("Container {} is still left alone: {}", handle.id(), why);
        return false;
      }
      settle(List.of(handle), found);
      if (handle.current().state().isRunning()) {
        execs.adopt(handle.current());
      }
      return true;
    } catch (RuntimeException e) {
      log.warn("Container {} is asked for again: {}", handle.id(), e.getMessage());
      return false;
    } finally {
      handle.lock.unlock();
    }
  }

  /**
   * What is left to be done with a container whose run, if it had one, is settled. One that a user
   * has started, stopped or removed since the engine answers is as he wants it; but a removal that
   * has begun is finished, for nobody else can.
   */
  private void finish(ContainerHandle handle) {
    handle.lock.lock();
    try {
      Container container = handle.current();
      State state = container.state();
      if (handle.removed.isDone()) {
        return;
      }
      if (state.status() == Status.REMOVING) {
        remover.remove(handle, false);
        return;
      }
      if (handle.isUsersChoice()) {
        return;
      }
      switch (state.status()) {
        case RESTARTING -> exits.resumeRestart(handle);
        case EXITED -> {
          if (container.hostConfig().autoRemove()) {
            exits.removeAfterEnd(handle);
          } else if (container
              .hostConfig()
              .restartPolicy()
              .appliesAtDaemonStart(state, container.restarts().count())) {
            launcher.start(handle, container.restarts());
          }
        }
        default -> {}
      }
    } catch (RuntimeException e) {
      log.warn("Container {}: {}", handle.id(), e.getMessage());
    } finally {
      handle.lock.unlock();
    }
  }
}
