package io.gantry.image;

import io.gantry.config.DaemonOptions;
import io.gantry.event.EventJournal;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.store.Store;
import java.io.IOException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How the parts of this package are put together. */
@Configuration(proxyBeanMethods = false)
class ImageBeans {

  @Bean(destroyMethod = "close")
  ImageService imageService(
      Store store,
      StorageDriver storage,
      EventJournal events,
      ImageUsers users,
      DaemonOptions options)
      throws IOException {
    return new ImageService(store, storage, events, users, ImageOptions.of(options));
  }
}
