package io.gantry.container;

import io.gantry.container.index.ContainerEvents;
import io.gantry.container.index.ContainerHandle;
import io.gantry.container.index.ContainerPaths;
import io.gantry.container.index.ContainerStore;
import io.gantry.container.index.Containers;
import io.gantry.container.mount.ContainerMounts;
import io.gantry.container.record.Container;
import io.gantry.container.record.MountPoint;
import io.gantry.container.record.State;
import io.gantry.container.record.Status;
import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import io.gantry.image.ImageService;
import io.gantry.image.MountedImage;
import io.gantry.linux.file.Directory;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.volume.VolumeService;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Removes containers. The intent is recorded first ({@code removing}), the record deleted last: a
 * removal that was cut off is finished at the next start, one that fails leaves the container
 * {@code dead} and can be tried again.
 */
@Component
final class ContainerRemover {

  private static final Logger log = LoggerFactory.getLogger(ContainerRemover.class);

  /** How long a removal that somebody waits for waits for those who use the container's files. */
  private static final Duration FILES_LIMIT = Duration.ofSeconds(10);

  private final Containers containers;
  private final ContainerStore store;
  private final ContainerTeardown teardown;
  private final StorageDriver storage;
  private final RootFileSystems roots;
  private final ContainerLogging logs;
  private final ImageService images;
  private final VolumeService volumes;
  private final ContainerMounts mounts;
  private final ContainerEvents events;
  private final ContainerPaths paths;

  ContainerRemover(
      Containers containers,
      ContainerStore store,
      ContainerTeardown teardown,
      StorageDriver storage,
      RootFileSystems roots,
      ContainerLogging logs,
      ImageService images,
      VolumeService volumes,
      ContainerMounts mounts,
      ContainerEvents events,
      ContainerPaths paths) {
    this.containers = containers;
    this.store = store;
    this.teardown = teardown;
    this.storage = storage;
    this.roots = roots;
    this.logs = logs;
    this.images = images;
    this.volumes = volumes;
    this.mounts = mounts;
    this.events = events;
    this.paths = paths;
  }

  /** Removes a container that does not run; durable when it returns. */
  void remove(ContainerHandle handle, String reference, boolean withVolumes, boolean force) {
    handle.lock.lock();
    try {
      if (force && handle.removed.isDone()) {
        return;
      }
      checkRemovable(handle, reference, force);
      if (!roots.awaitUnheld(handle, FILES_LIMIT)) {
        throw EngineException.conflict(
            "cannot remove container \"%s\": its files are being copied or committed, try again when that is done"
                .formatted(reference));
      }
      if (force && handle.removed.isDone()) {
        return;
      }
      handle.requireThere(reference);
      checkRemovable(handle, reference, force);
      handle.cancelRestart();
      remove(handle, withVolumes);
    } finally {
      handle.lock.unlock();
    }
  }

  private static void checkRemovable(ContainerHandle handle, String reference, boolean force) {
    String name = "cannot remove container \"" + reference + "\": ";
    switch (handle.current().state().status()) {
      case RUNNING ->
          throw EngineException.conflict(
              name + "container is running: stop the container before removing or force remove");
      case PAUSED ->
          throw EngineException.conflict(name + "container is paused and must be unpaused first");
      case RESTARTING -> {
        if (!force) {
          throw EngineException.conflict(
              name + "container is restarting: stop the container before removing or force remove");
        }
      }
      case REMOVING -> {
        // Whoever removes it holds its lock until it is gone: one that is not was left so by the
        // last daemon, and is removed now.
        if (handle.removed.isDone()) {
          throw EngineException.conflict(
              "removal of container " + reference + " is already in progress");
        }
      }
      default -> {}
    }
  }

  /**
   * Removes a container that does not run, whatever its state says, once nobody uses its files any
   * more; if it runs again or is gone then, nothing is done. The caller holds the lock.
   */
  void remove(ContainerHandle handle, boolean withVolumes) {
    while (!roots.awaitUnheld(handle, FILES_LIMIT)) {
      log.info("Container {} is removed when its files are not in use any more", handle.id());
    }
    if (handle.removed.isDone() || handle.current().state().isRunning()) {
      return;
    }
    // While it is not recorded as being removed, the next daemon can complete the log.
    logs.giveUp(handle.id());
    State state = handle.current().state();
    Container container =
        handle.current().with(state.removing(withVolumes || state.removeVolumes()));
    handle.publish(container);
    store.updateLater(container).join();
    FailPoint.hit("container.remove.intended");
    try {
      teardown.teardown(container);
      mounts.remove(container);
      storage.remove(container.id());
      FailPoint.hit("container.remove.snapshot");
      Directory.deleteTree(paths.directory(container.id()));
    } catch (IOException | RuntimeException e) {
      handle.publish(container.with(container.state().dead()));
      store.updateLater(handle.current());
      throw EngineException.system(
          "container %s: driver \"%s\" failed to remove root filesystem: %s"
              .formatted(container.id(), container.driver(), e.getMessage()),
          e);
    }
    // While the record is there, the next start knows what is to go.
    releaseVolumes(container);
    FailPoint.hit("container.remove.volumes");
    store.delete(container.id());
    FailPoint.hit("container.remove.deleted");
    containers.remove(container);
    teardown.forget(container.id());
    handle.takeStreams().ifPresent(streams -> streams.end());
    if (!container.chainId().isEmpty()) {
      images.released(container.chainId());
    }
    releaseImages(container);
    events.publish(container, "destroy");
    handle.removed.complete(container.state());
    handle.exited(container.state());
  }

  private void releaseImages(Container container) {
    for (MountedImage image : container.mountedImages()) {
      if (!image.chainId().isEmpty()) {
        images.released(image.chainId());
      }
    }
  }

  private void releaseVolumes(Container container) {
    for (MountPoint mount : container.mounts()) {
      if (!mount.type().equals("volume")) {
        continue;
      }
      volumes.release(List.of(mount.name()), container.id());
      if (container.state().removeVolumes() && mount.anonymous()) {
        try {
          volumes.remove(mount.name(), false);
        } catch (RuntimeException e) {
          log.debug("Keeping the volume {}: {}", mount.name(), e.getMessage());
        }
      }
    }
  }

  Pruned prune(Filters filters) {
    filters.only(Set.of("until", "label", "label!"));
    Optional<Instant> until = filters.until();
    List<String> deleted = new ArrayList<>();
    long space = 0;
    for (ContainerHandle handle : containers.handles()) {
      Container container = handle.current();
      Status status = container.state().status();
      if (status != Status.CREATED && status != Status.EXITED && status != Status.DEAD
          || !until.map(container.created()::isBefore).orElse(true)
          || !filters.fitLabels(container.config().labels())) {
        continue;
      }
      try {
        long size =
            storage.stat(container.id()).isPresent() ? storage.usage(container.id()).bytes() : 0;
        remove(handle, container.id(), false, false);
        deleted.add(container.id());
        space += size;
      } catch (RuntimeException e) {
        log.warn("Prune left container {}: {}", container.id(), e.getMessage());
      }
    }
    events.pruned(space);
    return new Pruned(deleted, space);
  }
}
