package io.gantry.container;

import java.time.Duration;

/**
 * How long the engine waits before it starts a container again that ended: 100 ms the first time,
 * twice as long each time up to a minute; a run of ten seconds starts over.
 */
final class RestartDelay {

  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Duration LONG_RUN = Duration.ofSeconds(10);

  private Duration next = FIRST;

  /** The delay after a run of that length. */
  Duration after(Duration run) {
    if (run.compareTo(LONG_RUN) >= 0) {
      next = FIRST;
    }
    Duration delay = next;
    Duration doubled = delay.multipliedBy(2);
    next = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    return delay;
  }

  /** A user started the container. */
  void reset() {
    next = FIRST;
  }
}
