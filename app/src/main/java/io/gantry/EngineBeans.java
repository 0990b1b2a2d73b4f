package io.gantry;

import io.gantry.config.CurrentOptions;
import io.gantry.config.DaemonOptions;
import io.gantry.config.DaemonRoots;
import io.gantry.driver.Drivers;
import io.gantry.event.EventJournal;
import io.gantry.image.ImageService;
import io.gantry.image.Platform;
import io.gantry.linux.Kernel;
import io.gantry.linux.mount.Mounts;
import io.gantry.network.NetworkService;
import io.gantry.plugins.Host;
import io.gantry.plugins.runtime.RuntimeDriver;
import io.gantry.plugins.runtime.RuntimeDriverFactory;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.plugins.storage.StorageDriverFactory;
import io.gantry.store.Settings;
import io.gantry.store.Store;
import io.gantry.system.Reload;
import io.gantry.volume.VolumeService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The parts the engine stands on: database, drivers, events, networks, volumes. */
@Configuration(proxyBeanMethods = false)
class EngineBeans {

  private static final long EVENT_HISTORY = 64L << 20;
  private static final String RUNTIME = "oci";

  @Bean(destroyMethod = "close")
  Store store(DaemonOptions options, DaemonRoots roots) throws SQLException, IOException {
    Path directory = options.dataRoot().resolve("db");
    Files.createDirectories(directory);
    return new Store(directory);
  }

  @Bean
  Settings settings(Store store) {
    return new Settings(store);
  }

  @Bean(destroyMethod = "close")
  EventJournal events(DaemonOptions options, DaemonRoots roots) {
    return new EventJournal(options.dataRoot().resolve("events"), EVENT_HISTORY);
  }

  /**
   * Mounts made below the roots are seen by the runtime's mount namespace, wherever the roots are.
   */
  @Bean(destroyMethod = "close")
  Drivers drivers(DaemonOptions options, DaemonRoots roots) throws IOException {
    Mounts.makeShared(options.dataRoot());
    Mounts.makeShared(options.execRoot());
    return Drivers.load(options.dataRoot(), options.execRoot(), host(options.dataRoot()));
  }

  private static Host host(Path dataRoot) {
    return new Host(
        Kernel.release(), Platform.host().architecture(), Kernel.fileSystems(), dataRoot);
  }

  @Bean(destroyMethod = "")
  StorageDriver storage(Drivers drivers, DaemonOptions options) {
    String name = options.storage().driver();
    Map<String, String> own = new HashMap<>();
    options
        .storage()
        .options()
        .forEach(
            (key, value) ->
                own.put(
                    key.startsWith(name + ".") ? key.substring(name.length() + 1) : key, value));
    return drivers.open(StorageDriverFactory.class, name, own);
  }

  @Bean(destroyMethod = "")
  RuntimeDriver runtime(Drivers drivers, DaemonOptions options) {
    Map<String, String> own = new HashMap<>();
    DaemonOptions.Containers containers = options.containers();
    containers.defaultRuntime().ifPresent(name -> own.put("default-runtime", name));
    containers
        .runtimes()
        .forEach((name, runtime) -> own.put("runtime." + name, runtime.path().toString()));
    return drivers.open(RuntimeDriverFactory.class, RUNTIME, own);
  }

  @Bean
  VolumeService volumes(Store store, EventJournal events, Drivers drivers, DaemonOptions options) {
    return new VolumeService(store, events, drivers, options.dataRoot());
  }

  @Bean(destroyMethod = "close")
  NetworkService networks(
      Store store,
      Drivers drivers,
      EventJournal events,
      DaemonOptions options,
      Settings settings,
      RuntimeDriver runtimeFirst) {
    String instance =
        settings.getOrMake("instance", () -> UUID.randomUUID().toString().substring(0, 8));
    return new NetworkService(
        store, drivers, events, options.network(), instance, options.execRoot().resolve("netns"));
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
