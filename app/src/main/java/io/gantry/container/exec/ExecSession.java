package io.gantry.container.exec;

import io.gantry.plugins.runtime.Exec;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
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
  private final AtomicReference<State> state =
      new AtomicReference<>(new State(Phase.CREATED, null, null, null));

  ExecSession(String id, String containerId, ExecConfig config) {
    this.id = id;
    this.containerId = containerId;
    this.config = config;
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
  }

  void ended(int exitCode) {
    state.updateAndGet(now -> new State(Phase.ENDED, now.process(), exitCode, Instant.now()));
  }

  boolean endedBefore(Instant time) {
    Instant ended = state.get().ended();
    return ended != null && ended.isBefore(time);
  }
}
