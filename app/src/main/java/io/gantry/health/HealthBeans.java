package io.gantry.health;

import io.gantry.config.DaemonOptions;
import io.gantry.container.index.Containers;
import io.gantry.driver.Drivers;
import io.gantry.event.EventJournal;
import io.gantry.plugins.runtime.RuntimeDriver;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.store.Store;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.application.DiskSpaceHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

/** The indicators; a bean's name is the component's name in the answer. */
@Configuration(proxyBeanMethods = false)
class HealthBeans {

  /** Below this the database and the layers of images are in danger. */
  private static final DataSize LEAST_FREE = DataSize.ofMegabytes(64);

  @Bean
  HealthIndicator databaseHealthIndicator(Store store) {
    return new Indicator(store::isAlive, "the database does not answer");
  }

  @Bean
  HealthIndicator storageHealthIndicator(StorageDriver storage) {
    return new StorageIndicator(storage);
  }

  @Bean
  HealthIndicator runtimeHealthIndicator(RuntimeDriver runtime) {
    return new Indicator(
        () -> {
          runtime.check();
          return true;
        },
        "");
  }

  @Bean
  HealthIndicator networkHealthIndicator(DaemonOptions options) {
    return new NetworkIndicator(options.network());
  }

  @Bean
  HealthIndicator pluginsHealthIndicator(Drivers drivers) {
    return new PluginsIndicator(drivers);
  }

  @Bean
  HealthIndicator diskSpaceHealthIndicator(DaemonOptions options) {
    return new DiskSpaceHealthIndicator(options.dataRoot().toFile(), LEAST_FREE);
  }

  @Bean(initMethod = "start", destroyMethod = "close")
  EventCounters eventCounters(MeterRegistry metrics, EventJournal events) {
    return new EventCounters(metrics, events);
  }

  @Bean
  ContainerGauges containerGauges(Containers containers) {
    return new ContainerGauges(containers);
  }

  @Bean
  ManagementServer managementServer(
      DaemonOptions options, HealthEndpoint health, PrometheusMeterRegistry metrics) {
    return new ManagementServer(options.metricsAddress(), health, metrics);
  }
}
