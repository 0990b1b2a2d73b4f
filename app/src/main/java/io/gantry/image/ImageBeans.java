package io.gantry.image;

import io.gantry.config.DaemonOptions;
import io.gantry.event.EventJournal;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.registry.RegistryPolicy;
import io.gantry.store.Store;
import java.io.IOException;
import java.net.URI;
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
    return new ImageService(store, storage, events, users, imageOptions(options));
  }

  private static ImageOptions imageOptions(DaemonOptions options) {
    DaemonOptions.Registry registry = options.registry();
    return new ImageOptions(
        options.dataRoot().resolve("image"),
        options.execRoot().resolve("image"),
        options.storage().driver().orElse("overlay2"),
        policy(registry),
        registry.maxConcurrentDownloads(),
        registry.maxConcurrentUploads(),
        registry.maxDownloadAttempts());
  }

  private static RegistryPolicy policy(DaemonOptions.Registry registry) {
    return new RegistryPolicy(
        registry.insecure(), registry.mirrors().stream().map(URI::toString).toList());
  }
}
