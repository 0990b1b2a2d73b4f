package io.gantry.health;

import java.util.concurrent.Callable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Down when a check says no or fails; the reason is told.
 *
 * @param ifNot what to tell when the check says no
 */
record Indicator(Callable<Boolean> check, String ifNot) implements HealthIndicator {

  @Override
  public Health health() {
    try {
      return check.call() ? Health.up().build() : Health.down().withDetail("error", ifNot).build();
    } catch (Exception e) {
      return Health.down(e).build();
    }
  }
}
