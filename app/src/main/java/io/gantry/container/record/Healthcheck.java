package io.gantry.container.record;

import java.util.List;

/**
 * How the engine finds out whether a container is healthy (API v1.51, definitions/HealthConfig).
 * Durations are in nanoseconds, 0 means the default.
 *
 * @param test empty inherits, {@code NONE}, {@code CMD args...} or {@code CMD-SHELL command}
 * @param interval between probes
 * @param timeout of one probe
 * @param startPeriod in which failures do not count
 * @param startInterval between probes during the start period
 * @param retries consecutive failures that make it unhealthy
 * @param exitOnUnhealthy openEuler: kill the container when it becomes unhealthy
 */
public record Healthcheck(
    List<String> test,
    long interval,
    long timeout,
    long startPeriod,
    long startInterval,
    int retries,
    boolean exitOnUnhealthy) {

  public Healthcheck {
    test = Lists.of(test);
  }

  /** This with the usual interval in the start period. */
  public Healthcheck withoutStartInterval() {
    return new Healthcheck(test, interval, timeout, startPeriod, 0, retries, exitOnUnhealthy);
  }
}
