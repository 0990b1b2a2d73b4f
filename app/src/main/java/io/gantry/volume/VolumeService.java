package io.gantry.volume;

import io.gantry.driver.Drivers;
import io.gantry.error.EngineException;
import io.gantry.event.EventJournal;
import io.gantry.event.EventType;
import io.gantry.store.Store;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The volumes: who has them, who uses them, and what they take (API {@code /volumes}).
 *
 * <p>{@link #create} and {@link #remove} are durable when they return, except that a volume made
 * for a container being created is durable together with that container's record, which must be
 * stored after it. Reads take no lock; calls for one volume wait for each other, calls for
 * different ones do not. A container <em>has</em> a volume from {@link #acquire} to {@link
 * #release}, which forbids its removal, and <em>uses</em> it from {@link #mount} to {@link
 * #unmount}. Neither is stored: both follow from the containers' records, and are told again after
 * a restart by {@link #adopt}.
 */
public final class VolumeService {

  /** How a container that the last daemon has left uses the volumes it has. */
  public enum Use {
    /** Not at all. */
    NONE,
    /** The last daemon may have mounted them for it and not come to {@link #unmount}. */
    LEFT,
    /** It runs. */
    RUNNING
  }

  /** The built-in driver. */
  public static final String LOCAL = "local";

  private static final Logger log = LoggerFactory.getLogger(VolumeService.class);

  private final VolumeIndex index = new VolumeIndex();
  private final VolumeStore store;
  private final EventJournal events;
  private final LocalVolumes local;
  private final VolumeDrivers drivers;
  private final VolumeCreator creator;
  private final VolumeRemover remover;

  /**
   * @param dataRoot volumes of the local driver are {@code <dataRoot>/volumes/<name>/_data}
   */
  public VolumeService(Store store, EventJournal events, Drivers plugins, Path dataRoot) {
    this.store = new VolumeStore(store);
    this.events = events;
    this.local = new LocalVolumes(dataRoot.resolve("volumes"));
    this.drivers = new VolumeDrivers(local, plugins);
    this.creator = new VolumeCreator(index, this.store, drivers, events);
    this.remover = new VolumeRemover(index, this.store, drivers, events);
  }

  /**
   * Reads the volumes of the last run and finishes what it left: removals that had begun, volumes
   * made for containers that were never recorded, and directories of volumes that were never
   * recorded themselves. What a recorded container has stays in any case. Called once, before
   * anything else.
   *
   * @param containers the ids of the recorded containers
   * @param had the names of the volumes they have
   */
  public void load(Set<String> containers, Set<String> had) {
    for (VolumeStore.Row row : store.all()) {
      Volume volume = row.volume();
      boolean orphan = volume.madeFor() != null && !containers.contains(volume.madeFor());
      if ((row.removing() || orphan)
          && !had.contains(volume.name())
          && remover.removeLeftOver(volume, orphan)) {
        continue;
      }
      Volume settled = volume.settled();
      index.add(settled);
      if (row.removing() || volume.madeFor() != null) {
        // from now on it may get content, and containers that come and go
        store.updateLater(settled);
      }
    }
    local.removeUnrecorded(name -> index.find(name).isPresent());
  }

  /** The drivers volumes can be made with. */
  public List<String> drivers() {
    return drivers.names();
  }

  /**
   * Makes a volume, or returns the one there is of the name and driver.
   *
   * @throws EngineException INVALID for a bad name or option, NOT_FOUND for an unknown driver,
   *     CONFLICT when another driver has the name
   */
  public Volume create(CreateVolume request) {
    return creator.create(request);
  }

  /**
   * The container the volumes were made for is recorded: from now on they stay, whatever becomes of
   * it.
   */
  public void settle(Collection<String> names) {
    for (String name : names) {
      index.locked(
          name,
          (entry, volume) -> {
            store.updateLater(entry.settle(volume));
            return volume;
          });
    }
  }

  public Optional<Volume> find(String name) {
    return index.find(name);
  }

  /**
   * @throws EngineException NOT_FOUND
   */
  public Volume get(String name) {
    return find(name).orElseThrow(() -> VolumeIndex.noSuchVolume(name));
  }

  /** What the driver has to say of the volume beyond its record (API {@code Volume.Status}). */
  public Map<String, String> status(String name) {
    Volume volume = get(name);
    return VolumeDrivers.call("get " + name, () -> drivers.get(volume.driver()).find(name))
        .map(info -> info.status())
        .orElse(Map.of());
  }

  /** Those that fit, by name. */
  public List<Volume> list(VolumeFilter filter) {
    return index.matching(filter).map(VolumeIndex.Match::volume).toList();
  }

  /**
   * Deletes a volume with all it holds.
   *
   * @param force a volume that does not exist is not an error
   * @throws EngineException NOT_FOUND, or CONFLICT while a container has it
   */
  public void remove(String name, boolean force) {
    remover.remove(name, force);
  }

  /**
   * Deletes a volume if it was made for a container that did not come to be, and nobody else has
   * asked for it meanwhile.
   *
   * @throws EngineException when it cannot be deleted
   */
  public void discard(String name, String container) {
    remover.discard(name, container);
  }

  /**
   * Removes local volumes nobody has: the anonymous ones, or with the filter {@code all} those with
   * names too. Volumes made with options are kept, as Docker does: what they mount is not ours.
   */
  public PrunedVolumes prune(VolumeFilter filter) {
    return remover.prune(filter);
  }

  /** What the volumes take; walks over all their files. */
  public List<VolumeUsage> usage() {
    return index
        .matching(VolumeFilter.NONE)
        .map(
            match ->
                new VolumeUsage(
                    match.volume(), match.entry().references.size(), drivers.size(match.volume())))
        .toList();
  }

  /**
   * Notes that a container has a volume. One that was made for another container stays from now on,
   * even if that one never comes to be.
   *
   * @return the volume
   * @throws EngineException NOT_FOUND
   */
  public Volume acquire(String name, String container) {
    return index.locked(
        name,
        (entry, volume) -> {
          entry.references.add(container);
          if (volume.madeFor() != null && !volume.madeFor().equals(container)) {
            store.updateLater(entry.settle(volume));
          }
          return volume;
        });
  }

  /**
   * The container has none of these volumes any more; names that are unknown or not its own are
   * passed over.
   */
  public void release(Collection<String> names, String container) {
    for (String name : names) {
      index.entry(name).ifPresent(entry -> entry.references.remove(container));
    }
  }

  /**
   * Makes a volume available to a container that starts.
   *
   * @param destination where in the container, for the event
   * @return where the volume's content is
   * @throws EngineException NOT_FOUND, or in the words of Docker why it cannot be mounted
   */
  public Path mount(String name, String container, String destination, boolean readWrite) {
    return index.locked(
        name,
        (entry, volume) -> {
          Path path =
              VolumeDrivers.call(
                  "error while mounting volume '" + volume.mountpoint() + "'",
                  () -> drivers.get(volume.driver()).mount(name, container));
          VolumeFiller.discardHalf(store, entry, volume, path);
          entry.users.add(container);
          publish(
              "mount",
              name,
              Map.of(
                  "container",
                  container,
                  "destination",
                  destination,
                  "driver",
                  volume.driver(),
                  "propagation",
                  "",
                  "read/write",
                  Boolean.toString(readWrite)));
          return path;
        });
  }

  /**
   * Gives a volume that a starting container has mounted its first content, if it is empty: all of
   * it or none. Others that want to mount it wait; what a crash cuts off is thrown away by the next
   * {@link #mount}.
   */
  public void fill(String name, String container, Path data, VolumeFiller.Content content) {
    index.locked(
        name,
        (entry, volume) -> {
          VolumeFiller.fill(store, entry, volume, container, data, content);
          return volume;
        });
  }

  /**
   * Takes up again, after a restart of the daemon, what a container of the last run has; without an
   * event. Volumes that are gone are logged.
   *
   * @param use whether it uses them too
   */
  public void adopt(Collection<String> names, String container, Use use) {
    for (String name : names) {
      try {
        acquire(name, container);
        if (use != Use.NONE) {
          index.locked(name, (entry, volume) -> entry.users.add(container));
        }
        if (use == Use.RUNNING) {
          index.locked(
              name, (entry, volume) -> drivers.get(volume.driver()).mount(name, container));
        }
      } catch (RuntimeException e) {
        log.warn("Volume {} of container {}", name, container, e);
      }
    }
  }

  /**
   * Unmounts what no running container uses; called once, after the containers of the last run were
   * adopted.
   */
  public void unmountUnused() {
    local.unmountUnused();
  }

  /** The container does not run any more. A failure is logged; the next {@link #mount} copes. */
  public void unmount(String name, String container) {
    if (find(name).isEmpty()) {
      return;
    }
    try {
      index.locked(
          name,
          (entry, volume) -> {
            if (entry.users.remove(container)) {
              drivers.get(volume.driver()).unmount(name, container);
              publish("unmount", name, Map.of("container", container, "driver", volume.driver()));
            }
            return volume;
          });
    } catch (RuntimeException e) {
      log.warn("Volume {} of container {} was not unmounted", name, container, e);
    }
  }

  private void publish(String action, String name, Map<String, String> attributes) {
    events.publish(EventType.VOLUME, action, name, attributes);
  }
}
