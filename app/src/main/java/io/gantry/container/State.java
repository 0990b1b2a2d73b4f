package io.gantry.container;

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
 * @param oomKilled whether the kernel killed a process of the last run for want of memory
 * @param startedAt when it was last started; null before the first time
 * @param finishedAt when it last ended; null before the first time
 * @param stoppedByUser whether the end was asked for: no restart policy but {@code always} after a daemon restart brings it back
 * @param health what the health checks found; null without a health check
 */
public record State(
    Status status,
    long pid,
    int exitCode,
    String error,
    boolean oomKilled,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    boolean stoppedByUser,
    @Nullable Health health) {

  static final State CREATED =
      new State(Status.CREATED, 0, 0, "", false, null, null, false, null);

  /** Whether a process of the container exists: running or paused. */
  public boolean isRunning() {
    return status == Status.RUNNING || status == Status.PAUSED;
  }

  public Optional<Instant> started() {
    return Optional.ofNullable(startedAt);
  }

  public Optional<Instant> finished() {
    return Optional.ofNullable(finishedAt);
  }

  State with(Status status) {
    return new State(
        status, pid, exitCode, error, oomKilled, startedAt, finishedAt, stoppedByUser, health);
  }

  State running(long pid, Instant at) {
    return new State(Status.RUNNING, pid, 0, "", false, at, finishedAt, false, null);
  }

  State exited(int exitCode, Instant at, boolean oomKilled) {
    return new State(
        Status.EXITED, 0, exitCode, "", oomKilled, startedAt, at, stoppedByUser, health);
  }

  /** A start that did not come to run: Docker keeps {@code created} and says why. */
  State failed(int exitCode, String error) {
    Status now = status == Status.RESTARTING ? Status.EXITED : status;
    return new State(
        now, 0, exitCode, error, false, startedAt, finishedAt, stoppedByUser, health);
  }

  State stoppedByUser(boolean stopped) {
    return new State(
        status, pid, exitCode, error, oomKilled, startedAt, finishedAt, stopped, health);
  }

  public State with(@Nullable Health health) {
    return new State(
        status, pid, exitCode, error, oomKilled, startedAt, finishedAt, stoppedByUser, health);
  }
}
