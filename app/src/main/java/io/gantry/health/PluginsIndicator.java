package io.gantry.health;

import io.gantry.driver.DriverProblem;
import io.gantry.driver.Drivers;
import java.util.List;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * Unknown while a plugin does not work: the daemon goes on without it, and whoever looks is told.
 */
record PluginsIndicator(Drivers drivers) implements HealthIndicator {

  @Override
  public Health health() {
    List<DriverProblem> problems = drivers.problems();
    return problems.isEmpty()
        ? Health.up().build()
        : Health.status(Status.UNKNOWN)
            .withDetail(
                "problems",
                problems.stream()
                    .map(
                        problem ->
                            Map.of(
                                "source", problem.source(),
                                "driver", problem.driver(),
                                "message", problem.message()))
                    .toList())
            .build();
  }
}
