package io.gantry.container.exec;

import io.gantry.container.record.ExecConfig;
import io.gantry.plugins.runtime.Exec;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One exec, from its creation until it is forgotten. Its state is an immutable record. */
public final class ExecSession {

  /** Where an exec is in its life. */
  enum Phase {
    CREATED,
    STARTING,
    RUNNING,
    ENDED
  }

  private record State(
      Phase phase, @Nullable Exec process, @Nullable Integer exitCode, @Nullable Instant ended) {}

  private final String id;
  private final String containerId;
  private final ExecConfig config;
  private final boolean probe;
  private final CompletableFuture<Boolean> begun = new CompletableFuture<>();
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private final AtomicReference<State> state =
      new AtomicReference<>(new State(Phase.CREATED, null, null, null));

  ExecSession(String id, String containerId, ExecConfig config, boolean probe) {
    this.id = id;
    this.containerId = containerId;
    this.config = config;
    this.probe = probe;
  }

  /** One that an earlier daemon knew. */
  ExecSession(ExecRecords.Entry known) {
    this(known.id(), known.containerId(), known.config(), known.probe());
    if (known.exitCode() != null) {
      state.set(new State(Phase.ENDED, null, known.exitCode(), known.ended()));
    }
  }

  ExecRecords.Entry entry() {
    State now = state.get();
    return new ExecRecords.Entry(id, containerId, config, probe, now.exitCode(), now.ended());
  }

  public String id() {
    return id;
  }

  public String containerId() {
    return containerId;
  }

  public ExecConfig config() {
    return config;
  }

  public boolean isRunning() {
    return state.get().phase() == Phase.RUNNING;
  }

  /** Absent until it has ended. */
  public OptionalInt exitCode() {
    Integer code = state.get().exitCode();
    return code == null ? OptionalInt.empty() : OptionalInt.of(code);
  }

  /** In host numbers; 0 before the start. */
  public int pid() {
    Exec process = state.get().process();
    return process == null ? 0 : process.pid();
  }

  Optional<Exec> process() {
    return Optional.ofNullable(state.get().process());
  }

  /** Whether this call is the one that starts it. */
  boolean begin() {
    State now = state.get();
    return now.phase() == Phase.CREATED
        && state.compareAndSet(now, new State(Phase.STARTING, null, null, null));
  }

  void running(Exec process) {
    state.updateAndGet(
        now -> now.phase() == Phase.ENDED ? now : new State(Phase.RUNNING, process, null, null));
    begun.complete(true);
  }

  /** Notes the end; whether this call is the first to do so. */
  boolean ended(int exitCode) {
    Instant time = Instant.now();
    State before =
        state.getAndUpdate(
            now ->
                now.phase() == Phase.ENDED
                    ? now
                    : new State(Phase.ENDED, now.process(), exitCode, time));
    begun.complete(true);
    return before.phase() != Phase.ENDED;
  }

  /** Completed when its process runs, or has ended or failed to start. */
  CompletableFuture<Boolean> begun() {
    return begun;
  }

  /** Completed when its end was noted and told. */
  CompletableFuture<Void> over() {
    return over;
  }

  /** Whether it is a health check. */
  boolean isProbe() {
    return probe;
  }

  boolean endedBefore(Instant time) {
    Instant ended = state.get().ended();
    return ended != null && ended.isBefore(time);
  }
}
