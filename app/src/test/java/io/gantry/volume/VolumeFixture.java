package io.gantry.volume;

import io.gantry.driver.Drivers;
import io.gantry.event.EventJournal;
import io.gantry.plugins.Host;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.plugins.storage.StorageDriverFactory;
import io.gantry.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * A volume service on a directory of its own, and a storage driver; opened again on the same
 * directory it finds what the earlier one left.
 */
public final class VolumeFixture implements AutoCloseable {

  final Store store;
  private final EventJournal events;
  private final Drivers drivers;
  public final VolumeService volumes;
  public final StorageDriver storage;

  public VolumeFixture(Path directory) throws Exception {
    Path data = Files.createDirectories(directory.resolve("data"));
    Path run = Files.createDirectories(directory.resolve("run"));
    store = new Store(Files.createDirectories(data.resolve("db")));
    events = new EventJournal(Files.createDirectories(data.resolve("events")), 1 << 20);
    drivers = Drivers.load(data, run, new Host("6.1", "amd64", Set.of(), data));
    volumes = new VolumeService(store, events, drivers, data);
    storage = drivers.open(StorageDriverFactory.class, "overlay2", Map.of());
  }

  @Override
  public void close() {
    drivers.close();
    events.close();
    store.close();
  }
}
