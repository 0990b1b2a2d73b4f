package io.gantry.container;

import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.Health;
import io.gantry.container.record.Healthcheck;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * When a container is healthy (the guide's seven rules, which are Docker's). Pure functions of what
 * was found so far.
 */
record HealthRules(
    List<String> command,
    Duration interval,
    Duration timeout,
    Duration startPeriod,
    Duration startInterval,
    int retries,
    boolean exitOnUnhealthy) {

  static final String STARTING = "starting";
  static final String HEALTHY = "healthy";
  static final String UNHEALTHY = "unhealthy";

  static final Health FIRST = new Health(STARTING, 0, List.of());

  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration START_INTERVAL = Duration.ofSeconds(5);
  private static final int RETRIES = 3;
  private static final int KEPT = 5;

  /** The rules of a container; none when it has no health check. */
  static Optional<HealthRules> of(ContainerConfig config) {
    Healthcheck check = config.healthcheck();
    if (check == null || check.test().size() < 2) {
      return Optional.empty();
    }
    List<String> arguments = check.test().subList(1, check.test().size());
    List<String> command = new ArrayList<>();
    switch (check.test().getFirst()) {
      case "CMD" -> command.addAll(arguments);
      case "CMD-SHELL" -> {
        List<String> shell = config.shell();
        command.addAll(shell == null || shell.isEmpty() ? List.of("/bin/sh", "-c") : shell);
        command.addAll(arguments);
      }
      default -> {
        return Optional.empty();
      }
    }
    return Optional.of(
        new HealthRules(
            List.copyOf(command),
            orDefault(check.interval(), INTERVAL),
            orDefault(check.timeout(), TIMEOUT),
            Duration.ofNanos(check.startPeriod()),
            orDefault(check.startInterval(), START_INTERVAL),
            check.retries() == 0 ? RETRIES : check.retries(),
            check.exitOnUnhealthy()));
  }

  private static Duration orDefault(long nanos, Duration otherwise) {
    return nanos == 0 ? otherwise : Duration.ofNanos(nanos);
  }

  /** What is known after one more probe of a container that started at that time. */
  Health after(Health before, Health.Result result, Instant started) {
    List<Health.Result> log = new ArrayList<>(before.log());
    log.add(result);
    while (log.size() > KEPT) {
      log.removeFirst();
    }
    if (result.exitCode() == 0) {
      return new Health(HEALTHY, 0, log);
    }
    boolean grace =
        before.status().equals(STARTING)
            && Duration.between(started, result.start()).compareTo(startPeriod) < 0;
    int streak = grace ? before.failingStreak() : before.failingStreak() + 1;
    return new Health(streak >= retries ? UNHEALTHY : before.status(), streak, log);
  }

  /** How long to wait before the next probe. */
  Duration pause(Health now, Instant started, Instant time) {
    boolean starting =
        now.status().equals(STARTING) && Duration.between(started, time).compareTo(startPeriod) < 0;
    return starting ? startInterval : interval;
  }
}
