package io.gantry.container.record;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of a container at one moment.
 *
 * @param status where it is in its life
 * @param pid of the first process in the host's namespace; 0 when none runs
 * @param exitCode of the last run; 128 + n after signal n
 * @param error why the last start failed; empty otherwise
 * @param oomKilled whether the OOM killer killed a process of the last run
 * @param startedAt when it was last started; null before the first time
 * @param finishedAt when it last ended; null before the first time
 * @param stoppedByUser whether the end was asked for: of the restart policies only {@code always}
 *     then brings it back, when the daemon starts
 * @param step what is under way
 * @param health what the health checks found; null without a health check
 * @param removeVolumes whether a removal under way takes anonymous volumes too
 */
@CopyBuilder
public record State(
    Status status,
    long pid,
    int exitCode,
    String error,
    boolean oomKilled,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    boolean stoppedByUser,
    Step step,
    @Nullable Health health,
    boolean removeVolumes) {

  public static final State CREATED =
      new State(Status.CREATED, 0, 0, "", false, null, null, false, Step.NONE, null, false);

  public State {
    error = Lists.of(error);
  }

  /** Whether a daemon that starts may find something of the container in the kernel. */
  public boolean mayHaveSomething() {
    return isRunning() || unsettled() || status == Status.REMOVING;
  }

  /** Whether a process of the container exists: running or paused. */
  public boolean isRunning() {
    return status == Status.RUNNING || status == Status.PAUSED;
  }

  /** Whether the run that was started then has not ended. */
  public boolean isRunOf(Instant started) {
    return isRunning() && started.equals(startedAt);
  }

  /** Whether the kernel may have something of the container though none of its processes. */
  public boolean unsettled() {
    return step == Step.START || step == Step.TEARDOWN;
  }

  public Optional<Instant> started() {
    return Optional.ofNullable(startedAt);
  }

  public Optional<Instant> finished() {
    return Optional.ofNullable(finishedAt);
  }

  public State with(Status status) {
    return StateBuilder.from(this).status(status).build();
  }

  public State with(@Nullable Health health) {
    return StateBuilder.from(this).health(health).build();
  }

  public State running(long pid, Instant at) {
    return new State(
        Status.RUNNING, pid, 0, "", false, at, finishedAt, false, Step.NONE, null, false);
  }

  /** Whether the OOM killer has killed one of its processes in this run. */
  public State outOfMemory(boolean killed) {
    return StateBuilder.from(this).oomKilled(killed).build();
  }

  /** The process is gone; what it had in the kernel may still be there. */
  public State exited(int exitCode, Instant at, boolean oomKilled, String error) {
    return new State(
        Status.EXITED,
        0,
        exitCode,
        error,
        oomKilled,
        startedAt,
        at,
        stoppedByUser,
        Step.TEARDOWN,
        health,
        false);
  }

  /** A start that did not come to run: Docker keeps {@code created} and says why. */
  public State failed(int exitCode, String error) {
    Status now = startedAt == null ? Status.CREATED : Status.EXITED;
    return new State(
        now,
        0,
        exitCode,
        error,
        false,
        startedAt,
        finishedAt,
        stoppedByUser,
        Step.NONE,
        health,
        false);
  }

  /** It is being removed. */
  public State removing(boolean withVolumes) {
    return StateBuilder.from(this).status(Status.REMOVING).removeVolumes(withVolumes).build();
  }

  /** Its removal failed: the next attempt says anew what is to go. */
  public State dead() {
    return StateBuilder.from(this).status(Status.DEAD).removeVolumes(false).build();
  }

  public State stoppedByUser(boolean stopped) {
    return StateBuilder.from(this).stoppedByUser(stopped).build();
  }

  public State with(Step step) {
    return StateBuilder.from(this).step(step).build();
  }
}
