package io.gantry;

import io.gantry.config.CurrentOptions;
import io.gantry.driver.Drivers;
import io.gantry.event.EventJournal;
import io.gantry.image.ImageService;
import io.gantry.network.NetworkService;
import io.gantry.plugins.runtime.RuntimeDriver;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.store.Settings;
import io.gantry.store.Store;
import io.gantry.system.Reload;
import io.gantry.volume.VolumeService;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The parts of the {@link Foundation}, which closes them after all that were made of them. */
@Configuration(proxyBeanMethods = false)
class EngineBeans {

  @Bean(destroyMethod = "close")
  Foundation foundation(Foundation.Opening opening) throws Exception {
    return opening.await();
  }

  @Bean(destroyMethod = "")
  Store store(Foundation foundation) {
    return foundation.store();
  }

  @Bean
  Settings settings(Foundation foundation) {
    return foundation.settings();
  }

  @Bean(destroyMethod = "")
  EventJournal events(Foundation foundation) {
    return foundation.events();
  }

  @Bean(destroyMethod = "")
  Drivers drivers(Foundation foundation) {
    return foundation.drivers();
  }

  @Bean(destroyMethod = "")
  StorageDriver storage(Foundation foundation) {
    return foundation.storage();
  }

  @Bean(destroyMethod = "")
  RuntimeDriver runtime(Foundation foundation) {
    return foundation.runtime();
  }

  @Bean
  VolumeService volumes(Foundation foundation) {
    return foundation.volumes();
  }

  @Bean(destroyMethod = "")
  NetworkService networks(Foundation foundation) {
    return foundation.networks();
  }

  @Bean(destroyMethod = "close")
  Reload reload(
      CurrentOptions options,
      ImageService images,
      RuntimeDriver runtime,
      EventJournal events,
      Settings settings) {
    return new Reload(options, images, runtime, events, settings);
  }
}
