package io.gantry.volume;

import io.gantry.error.EngineException;
import io.gantry.event.EventJournal;
import io.gantry.event.EventType;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.FailPoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes volumes with all they hold. The intent is recorded first: what a crash cuts off, the next
 * start finishes.
 */
final class VolumeRemover {

  private static final Logger log = LoggerFactory.getLogger(VolumeRemover.class);

  private final VolumeIndex index;
  private final VolumeStore store;
  private final VolumeDrivers drivers;
  private final EventJournal events;

  VolumeRemover(VolumeIndex index, VolumeStore store, VolumeDrivers drivers, EventJournal events) {
    this.index = index;
    this.store = store;
    this.drivers = drivers;
    this.events = events;
  }

  /** See {@link VolumeService#remove}. */
  void remove(String name, boolean force) {
    try {
      removeExisting(name);
    } catch (EngineException e) {
      if (!force || index.find(name).isPresent()) {
        throw e;
      }
    }
  }

  private void removeExisting(String name) {
    index.locked(
        name,
        (entry, volume) -> {
          if (!entry.references.isEmpty()) {
            throw EngineException.conflict(
                "remove %s: volume is in use - [%s]"
                    .formatted(name, String.join(", ", entry.references)));
          }
          destroy(entry, volume);
          return volume;
        });
  }

  /** See {@link VolumeService#discard}. */
  void discard(String name, String container) {
    index.locked(
        name,
        (entry, volume) -> {
          if (container.equals(volume.madeFor()) && entry.references.isEmpty()) {
            destroy(entry, volume);
          }
          return volume;
        });
  }

  private void destroy(VolumeEntry entry, Volume volume) {
    try {
      store.markRemoving(volume);
      FailPoint.hit("volume.remove.intended");
      drivers.get(volume.driver()).remove(volume.name());
    } catch (RuntimeException | Error e) {
      takeBack(volume, e);
      if (e instanceof DriverException refused) {
        throw EngineException.of("remove " + volume.name() + ": ", refused);
      }
      throw e;
    }
    FailPoint.hit("volume.remove.deleted");
    store.delete(volume.name());
    entry.volume = null;
    index.drop(volume.name(), entry);
    publish("destroy", volume.name(), Map.of("driver", volume.driver()));
  }

  /** The user is told no: the next start must not do it after all. */
  private void takeBack(Volume volume, Throwable cause) {
    try {
      store.update(volume);
    } catch (RuntimeException e) {
      log.error("That volume {} is to stay was not recorded", volume.name(), e);
      cause.addSuppressed(e);
    }
  }

  /** See {@link VolumeService#prune}. */
  PrunedVolumes prune(VolumeFilter filter) {
    List<String> deleted = new ArrayList<>();
    long reclaimed = 0;
    for (VolumeIndex.Match match : index.matching(filter).toList()) {
      Volume volume = match.volume();
      VolumeEntry entry = match.entry();
      boolean hasOptions = volume.options() != null && !volume.options().isEmpty();
      if (!volume.driver().equals(VolumeService.LOCAL)
          || hasOptions
          || !(filter.all() || volume.anonymous())) {
        continue;
      }
      entry.lock.lock();
      try {
        if (!entry.gone && entry.references.isEmpty()) {
          long size = drivers.size(volume);
          destroy(entry, volume);
          deleted.add(volume.name());
          reclaimed += Math.max(0, size);
        }
      } catch (RuntimeException e) {
        log.warn("Volume {} was not pruned", volume.name(), e);
      } finally {
        entry.lock.unlock();
      }
    }
    publish("prune", "", Map.of("reclaimed", Long.toString(reclaimed)));
    return new PrunedVolumes(deleted, reclaimed);
  }

  /**
   * Finishes at start what was begun before; a failure is logged.
   *
   * @param orphan whether it was made for a container that was never recorded
   * @return whether it is gone
   */
  boolean removeLeftOver(Volume volume, boolean orphan) {
    log.info(
        "Removing volume {}: {}",
        volume.name(),
        orphan ? "its container was never made" : "its removal was cut off");
    try {
      drivers.get(volume.driver()).remove(volume.name());
      store.delete(volume.name());
      return true;
    } catch (RuntimeException e) {
      log.warn("Volume {} could not be removed", volume.name(), e);
      return false;
    }
  }

  private void publish(String action, String name, Map<String, String> attributes) {
    events.publish(EventType.VOLUME, action, name, attributes);
  }
}
