package io.gantry.health;

import io.gantry.plugins.storage.StorageDriver;
import io.gantry.plugins.storage.StorageProblem;
import java.util.List;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Down while the storage driver finds something wrong with what it keeps. */
record StorageIndicator(StorageDriver storage) implements HealthIndicator {

  @Override
  public Health health() {
    try {
      List<String> problems =
          storage.check().stream().map(StorageProblem::description).limit(20).toList();
      return problems.isEmpty()
          ? Health.up().build()
          : Health.down().withDetail("problems", problems).build();
    } catch (RuntimeException e) {
      return Health.down(e).build();
    }
  }
}
