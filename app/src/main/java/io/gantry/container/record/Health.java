package io.gantry.container.record;

import java.time.Instant;
import java.util.List;

/**
 * What the health checks of a container found (API v1.51, definitions/Health).
 *
 * @param status {@code starting}, {@code healthy} or {@code unhealthy}
 * @param failingStreak consecutive failures
 * @param log the last five results, oldest first
 */
public record Health(String status, int failingStreak, List<Result> log) {

  public Health {
    log = List.copyOf(log);
  }

  /**
   * One probe.
   *
   * @param exitCode 0 healthy, 1 unhealthy, -1 when it ran out of time or could not be run
   * @param output what the probe printed, at most 4 KiB
   */
  public record Result(Instant start, Instant end, int exitCode, String output) {}
}
