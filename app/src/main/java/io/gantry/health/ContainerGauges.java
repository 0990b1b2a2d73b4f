package io.gantry.health;

import io.gantry.container.index.Containers;
import io.gantry.container.record.Status;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/** {@code gantry_containers{state="…"}}: counted when asked, from the index in memory. */
record ContainerGauges(Containers containers) implements MeterBinder {

  @Override
  public void bindTo(MeterRegistry metrics) {
    for (Status status : Status.values()) {
      Gauge.builder("gantry.containers", containers, index -> count(index, status))
          .description("containers by state")
          .tag("state", status.text())
          .register(metrics);
    }
  }

  private static double count(Containers containers, Status status) {
    return containers.all().stream()
        .filter(container -> container.state().status() == status)
        .count();
  }
}
