package io.gantry.volume;

import io.gantry.error.EngineException;
import io.gantry.event.EventJournal;
import io.gantry.event.EventType;
import io.gantry.id.Ids;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.volume.VolumeDriver;
import io.gantry.store.Durability;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes volumes. Two who ask for the same name at once get the same volume. */
final class VolumeCreator {

  private static final int MAX_NAME = 255;

  private final VolumeIndex index;
  private final VolumeStore store;
  private final VolumeDrivers drivers;
  private final EventJournal events;

  VolumeCreator(VolumeIndex index, VolumeStore store, VolumeDrivers drivers, EventJournal events) {
    this.index = index;
    this.store = store;
    this.drivers = drivers;
    this.events = events;
  }

  /** See {@link VolumeService#create}. */
  Volume create(CreateVolume request) {
    boolean anonymous = request.name().isEmpty();
    String name = anonymous ? Ids.random() : request.name();
    if (name.length() > MAX_NAME) {
      throw EngineException.invalid("create %s: volume name is too long".formatted(name));
    }
    while (true) {
      VolumeEntry entry = index.place(name);
      entry.lock.lock();
      try {
        if (entry.gone) {
          continue;
        }
        Volume existing = entry.volume;
        if (existing != null) {
          return existing(entry, existing, request);
        }
        try {
          return make(entry, name, anonymous, request);
        } finally {
          if (entry.volume == null) {
            index.drop(name, entry);
          }
        }
      } finally {
        entry.lock.unlock();
      }
    }
  }

  private Volume existing(VolumeEntry entry, Volume existing, CreateVolume request) {
    String driver = request.driver();
    if (!driver.isEmpty() && !driver.equals(existing.driver())) {
      VolumeDrivers.call("create " + existing.name(), () -> drivers.get(driver));
      throw EngineException.conflict(
          "create %s: volume name must be unique".formatted(existing.name()));
    }
    if (existing.madeFor() != null && request.container().isEmpty()) {
      // a user is told that there is one
      store.update(existing.settled());
      return entry.settle(existing);
    }
    return existing;
  }

  private Volume make(VolumeEntry entry, String name, boolean anonymous, CreateVolume request) {
    String driverName = request.driver().isEmpty() ? VolumeService.LOCAL : request.driver();
    Map<String, String> options = request.options() == null ? Map.of() : request.options();
    VolumeDriver driver =
        VolumeDrivers.call(
            "create " + name,
            () -> {
              VolumeDriver chosen = drivers.get(driverName);
              chosen.create(name, options);
              return chosen;
            });
    Volume volume =
        new Volume(
            name,
            driverName,
            Instant.now().truncatedTo(ChronoUnit.SECONDS),
            VolumeDrivers.mountpoint(driver, name),
            labels(request.labels(), anonymous),
            request.options(),
            driver.scope().name().toLowerCase(Locale.ROOT),
            request.container().orElse(null),
            false);
    FailPoint.hit("volume.made");
    store.insert(volume, request.container().isPresent() ? Durability.PROCESS : Durability.HOST);
    entry.volume = volume;
    events.publish(EventType.VOLUME, "create", name, Map.of("driver", driverName));
    return volume;
  }

  private static @Nullable Map<String, String> labels(
      @Nullable Map<String, String> given, boolean anonymous) {
    if (!anonymous) {
      return given;
    }
    Map<String, String> labels = new LinkedHashMap<>(given == null ? Map.of() : given);
    labels.put(Volume.ANONYMOUS_LABEL, "");
    return labels;
  }
}
