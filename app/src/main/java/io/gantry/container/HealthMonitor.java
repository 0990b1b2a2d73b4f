package io.gantry.container;

import io.gantry.container.exec.ExecService;
import io.gantry.container.index.ContainerEvents;
import io.gantry.container.index.ContainerHandle;
import io.gantry.container.index.ContainerStore;
import io.gantry.container.index.Containers;
import io.gantry.container.record.Container;
import io.gantry.container.record.ExecConfig;
import io.gantry.container.record.Health;
import io.gantry.container.record.State;
import io.gantry.container.stream.ProcessStreams;
import io.gantry.container.stream.SpillQueue.Chunk;
import io.gantry.error.EngineException;
import io.gantry.plugins.DriverException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Future;
import org.springframework.stereotype.Component;

/**
 * Probes the containers that have a health check. Between two probes a container costs an entry in
 * a timer; a probe is an exec like any other, with a time limit of its own. After a restart of the
 * daemon a container is {@code starting} again.
 */
@Component
final class HealthMonitor {

  private static final int TIMED_OUT = -1;

  private final Containers containers;
  private final ContainerStore store;
  private final ExecService execs;
  private final ContainerStopper stopper;
  private final ContainerEvents events;
  private final Timer timer;
  private final ConcurrentMap<String, Future<?>> due = new ConcurrentHashMap<>();

  HealthMonitor(
      Containers containers,
      ContainerStore store,
      ExecService execs,
      ContainerStopper stopper,
      ContainerEvents events,
      Timer timer) {
    this.containers = containers;
    this.store = store;
    this.execs = execs;
    this.stopper = stopper;
    this.events = events;
    this.timer = timer;
  }

  /** The state a container starts with. */
  static State begin(Container container, State running) {
    return HealthRules.of(container.config()).isPresent()
        ? running.with(HealthRules.FIRST)
        : running;
  }

  /**
   * Begins to probe a container that runs; one that wants to end when it is unhealthy is killed.
   */
  void start(Container container) {
    HealthRules.of(container.config()).ifPresent(rules -> schedule(container, rules));
  }

  /** The container does not run any more. */
  void stop(String id) {
    Future<?> next = due.remove(id);
    if (next != null) {
      next.cancel(false);
    }
  }

  private void schedule(Container container, HealthRules rules) {
    State state = container.state();
    Health health = state.health();
    Instant started = state.startedAt();
    if (health == null || started == null) {
      return;
    }
    Duration pause = rules.pause(health, started, Instant.now());
    due.put(container.id(), timer.after(pause, () -> probe(container.id(), started, rules)));
  }

  private void probe(String id, Instant started, HealthRules rules) {
    Optional<ContainerHandle> handle = containers.findHandle(id);
    if (handle.isEmpty()) {
      return;
    }
    Container container = handle.get().current();
    if (!container.state().isRunOf(started)) {
      return;
    }
    if (handle.get().isFrozen()) {
      schedule(container, rules);
      return;
    }
    record(id, started, rules, run(container, rules));
  }

  private Health.Result run(Container container, HealthRules rules) {
    Instant start = Instant.now();
    ExecConfig config =
        new ExecConfig(
            "",
            false,
            false,
            true,
            true,
            "",
            List.of(),
            rules.command(),
            false,
            "",
            Optional.empty());
    ProbeOutput output = new ProbeOutput();
    try {
      String exec = execs.createProbe(container.id(), config);
      boolean[] late = {false};
      try (ProcessStreams streams = execs.start(exec, Optional.empty())) {
        Future<?> limit =
            timer.after(
                rules.timeout(),
                () -> {
                  late[0] = true;
                  execs.kill(exec);
                  streams.close();
                });
        collect(streams, output);
        limit.cancel(false);
      }
      if (late[0]) {
        return new Health.Result(start, Instant.now(), TIMED_OUT, output.late(rules.timeout()));
      }
      int exitCode = execs.get(exec).exitCode().orElse(TIMED_OUT);
      execs.forgetProbe(exec);
      return new Health.Result(start, Instant.now(), exitCode, output.text());
    } catch (EngineException | DriverException | IOException e) {
      return new Health.Result(start, Instant.now(), TIMED_OUT, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Health.Result(start, Instant.now(), TIMED_OUT, "interrupted");
    }
  }

  private static void collect(ProcessStreams streams, ProbeOutput output)
      throws IOException, InterruptedException {
    for (Chunk chunk = streams.read(); chunk != null; chunk = streams.read()) {
      output.add(chunk.bytes());
    }
  }

  private void record(String id, Instant started, HealthRules rules, Health.Result result) {
    Optional<ContainerHandle> found = containers.findHandle(id);
    if (found.isEmpty()) {
      return;
    }
    ContainerHandle handle = found.get();
    boolean end = false;
    handle.lock.lock();
    try {
      Container container = handle.current();
      Health before = container.state().health();
      if (!container.state().isRunOf(started) || before == null) {
        return;
      }
      if (handle.frozenSince(result.start())) {
        // the probe stood still with all others: that says nothing of the container
        schedule(container, rules);
        return;
      }
      Health health = rules.after(before, result, started);
      Container now = container.with(container.state().with(health));
      handle.publish(now);
      store.updateLater(now);
      if (!before.status().equals(health.status())) {
        events.publish(now, "health_status: " + health.status());
        end = rules.exitOnUnhealthy() && health.status().equals(HealthRules.UNHEALTHY);
      }
      schedule(now, rules);
    } finally {
      handle.lock.unlock();
    }
    if (end) {
      // the run that was found unhealthy, not one that somebody has started meanwhile
      stopper.kill(handle, started);
    }
  }
}
