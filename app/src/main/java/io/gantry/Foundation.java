package io.gantry;

import io.gantry.config.DaemonOptions;
import io.gantry.driver.Drivers;
import io.gantry.event.EventJournal;
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
import io.gantry.volume.VolumeService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * What the engine stands on and what needs nothing but the options: database, drivers, events,
 * volumes, networks.
 */
record Foundation(
    Store store,
    Settings settings,
    EventJournal events,
    Drivers drivers,
    StorageDriver storage,
    RuntimeDriver runtime,
    VolumeService volumes,
    NetworkService networks)
    implements AutoCloseable {

  private static final long EVENT_HISTORY = 64L << 20;
  private static final String RUNTIME = "oci";

  /** A foundation that a thread of its own opens while Spring prepares the application. */
  static final class Opening {

    private final FutureTask<Foundation> task;

    private Opening(FutureTask<Foundation> task) {
      this.task = task;
    }

    static Opening begin(DaemonOptions options) {
      FutureTask<Foundation> task = new FutureTask<>(() -> open(options));
      Thread.ofPlatform().name("foundation").daemon().start(task);
      return new Opening(task);
    }

    /** Waits for it, and fails as its opening has failed. */
    Foundation await() throws Exception {
      try {
        return task.get();
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Exception cause) {
          throw cause;
        }
        throw e;
      }
    }
  }

  private static Foundation open(DaemonOptions options) throws SQLException, IOException {
    Path dataRoot = options.dataRoot();
    Path database = dataRoot.resolve("db");
    Files.createDirectories(database);
    Store store = new Store(database);
    Settings settings = new Settings(store);
    EventJournal events = new EventJournal(dataRoot.resolve("events"), EVENT_HISTORY);
    // Mounts made below the roots are seen by the runtime's mount namespace, wherever the roots
    // are.
    Mounts.makeShared(dataRoot);
    Mounts.makeShared(options.execRoot());
    Host host =
        new Host(Kernel.release(), Platform.host().architecture(), Kernel.fileSystems(), dataRoot);
    Drivers drivers = Drivers.load(dataRoot, options.execRoot(), host);
    StorageDriver storage = storage(drivers, options.storage());
    RuntimeDriver runtime = runtime(drivers, options.containers());
    VolumeService volumes = new VolumeService(store, events, drivers, dataRoot);
    String instance =
        settings.getOrMake("instance", () -> UUID.randomUUID().toString().substring(0, 8));
    NetworkService networks =
        new NetworkService(
            store,
            drivers,
            events,
            options.network(),
            instance,
            options.execRoot().resolve("netns"));
    return new Foundation(store, settings, events, drivers, storage, runtime, volumes, networks);
  }

  private static StorageDriver storage(Drivers drivers, DaemonOptions.Storage options) {
    String prefix = options.driver() + ".";
    Map<String, String> own = new HashMap<>();
    options
        .options()
        .forEach(
            (key, value) ->
                own.put(key.startsWith(prefix) ? key.substring(prefix.length()) : key, value));
    return drivers.open(StorageDriverFactory.class, options.driver(), own);
  }

  private static RuntimeDriver runtime(Drivers drivers, DaemonOptions.Containers options) {
    Map<String, String> own = new HashMap<>();
    options.defaultRuntime().ifPresent(name -> own.put("default-runtime", name));
    options
        .runtimes()
        .forEach((name, runtime) -> own.put("runtime." + name, runtime.path().toString()));
    return drivers.open(RuntimeDriverFactory.class, RUNTIME, own);
  }

  /** Those that use others first. */
  @Override
  public void close() {
    networks.close();
    drivers.close();
    events.close();
    store.close();
  }
}
