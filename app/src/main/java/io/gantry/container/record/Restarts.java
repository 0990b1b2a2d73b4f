package io.gantry.container.record;

import java.time.Duration;

/**
 * What the restart policy did to a container since a user last started it. Kept in the container's
 * record: a daemon that comes back goes on counting, and waiting, where the last one left off.
 *
 * @param count how often the policy started it again, or is about to (API v1.51, RestartCount)
 * @param delay between its end and the last of these starts: 100 ms the first time, twice as long
 *     each time up to a minute; a run of ten seconds starts over
 */
public record Restarts(int count, Duration delay) {

  /** A user started the container. */
  public static final Restarts NONE = new Restarts(0, Duration.ZERO);

  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Duration LONG_RUN = Duration.ofSeconds(10);

  /** This with one more restart, which is due after a run of that length. */
  public Restarts after(Duration run) {
    boolean over = delay.isZero() || run.compareTo(LONG_RUN) >= 0;
    Duration doubled = delay.multipliedBy(2);
    Duration next = over ? FIRST : doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    return new Restarts(count + 1, next);
  }
}
