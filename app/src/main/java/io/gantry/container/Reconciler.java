package io.gantry.container;

import io.gantry.linux.mount.MountInfo;
import io.gantry.linux.mount.Mounts;
import io.gantry.network.NetworkService;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.runtime.Adopted;
import io.gantry.plugins.runtime.Exit;
import io.gantry.plugins.runtime.RuntimeDriver;
import io.gantry.plugins.storage.Snapshot;
import io.gantry.plugins.storage.SnapshotKind;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.volume.VolumeService;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way a daemon starts, be it for the first time, after a clean stop, after {@code kill -9}
 * or after a power cut: it compares the records with what the kernel and the disk have, goes on
 * with what runs, finishes or undoes what was half-done, and removes what belongs to no record. It
 * touches only what bears the engine's names in the engine's directories.
 */
final class Reconciler {

  private static final Logger log = LoggerFactory.getLogger(Reconciler.class);
  private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");

  /** Docker's exit code for a run whose end nobody saw. */
  private static final int UNKNOWN = 255;

  private final Containers containers;
  private final ContainerStore store;
  private final ContainerLauncher launcher;
  private final ContainerExits exits;
  private final ContainerRemover remover;
  private final RuntimeDriver runtime;
  private final StorageDriver storage;
  private final NetworkService networks;
  private final VolumeService volumes;
  private final ContainerPaths paths;

  Reconciler(
      Containers containers,
      ContainerStore store,
      ContainerLauncher launcher,
      ContainerExits exits,
      ContainerRemover remover,
      RuntimeDriver runtime,
      StorageDriver storage,
      NetworkService networks,
      VolumeService volumes,
      ContainerPaths paths) {
    this.containers = containers;
    this.store = store;
    this.launcher = launcher;
    this.exits = exits;
    this.remover = remover;
    this.runtime = runtime;
    this.storage = storage;
    this.networks = networks;
    this.volumes = volumes;
    this.paths = paths;
  }

  /**
   * Brings records and kernel together; when it returns, the engine may answer. Restarts and
   * removals go on in the background.
   */
  void run() throws IOException {
    Files.createDirectories(paths.all());
    Files.createDirectories(paths.mounts());
    Files.createDirectories(paths.spill());
    for (Container container : store.all()) {
      containers.reserve(container.name(), container.id());
      containers.add(container);
    }
    Set<String> known =
        containers.handles().stream().map(ContainerHandle::id).collect(Collectors.toSet());
    runtime.onExit(exits::exited);
    List<ContainerHandle> open =
        containers.handles().stream().filter(handle -> mayHaveSomething(handle)).toList();
    Map<String, Adopted> found = runtime.adopt(open.stream().map(ContainerHandle::id).toList());
    for (String orphan : runtime.removeOrphans(known)) {
      log.info("Removed what belonged to no container: {}", orphan);
    }
    volumes.load(known);
    Set<String> running =
        found.entrySet().stream()
            .filter(entry -> entry.getValue() instanceof Adopted.Running)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    for (ContainerHandle handle : containers.handles()) {
      adoptVolumes(handle.current(), running.contains(handle.id()));
    }
    volumes.unmountUnused();
    networks.start(running::contains).done().forEach(line -> log.info("Network: {}", line));
    FailPoint.hit("reconcile.adopted");
    for (ContainerHandle handle : open) {
      settle(handle, found.getOrDefault(handle.id(), new Adopted.Gone()));
    }
    removeOrphanMounts(running);
    FailPoint.hit("reconcile.settled");
    Thread.startVirtualThread(() -> background(known));
  }

  private static boolean mayHaveSomething(ContainerHandle handle) {
    State state = handle.current().state();
    return state.isRunning() || state.unsettled() || state.status() == Status.REMOVING;
  }

  private void adoptVolumes(Container container, boolean running) {
    List<String> names =
        container.mounts().stream()
            .filter(mount -> mount.type().equals("volume"))
            .map(MountPoint::name)
            .toList();
    if (!names.isEmpty()) {
      volumes.adopt(names, container.id(), running);
    }
  }

  private void settle(ContainerHandle handle, Adopted found) {
    handle.lock.lock();
    try {
      Container container = handle.current();
      if (container.state().status() == Status.REMOVING) {
        return;
      }
      switch (found) {
        case Adopted.Running now -> launcher.adopt(handle, now.pid(), now.paused());
        case Adopted.Exited(Exit exit) -> {
          asRunning(handle);
          exits.ended(handle, exit);
        }
        case Adopted.Waiting waiting -> notStarted(handle);
        case Adopted.Gone gone -> {
          if (container.state().isRunning()) {
            Exit lost =
                new Exit(
                    container.id(),
                    UNKNOWN,
                    Instant.now(),
                    false,
                    "the host or its monitor went away");
            exits.ended(handle, lost);
          } else {
            notStarted(handle);
          }
        }
      }
    } catch (RuntimeException e) {
      log.error("Container {} could not be reconciled", handle.id(), e);
    } finally {
      handle.lock.unlock();
    }
  }

  /**
   * It ran, perhaps although the record of that did not reach the disk; the rest of its output is
   * still to be logged.
   */
  private void asRunning(ContainerHandle handle) {
    Container container = handle.current();
    launcher.resumeLog(container);
    State state = container.state();
    if (!state.isRunning()) {
      Instant started = state.startedAt() == null ? Instant.now() : state.startedAt();
      handle.publish(container.with(state.running(0, started)));
    }
  }

  /** A start that was cut off before the program ran, or the rest of a teardown. */
  private void notStarted(ContainerHandle handle) {
    exits.tearDown(handle);
  }

  private void removeOrphanMounts(Set<String> running) {
    for (MountInfo mount : MountInfo.list()) {
      Path path = Path.of(mount.mountPoint());
      if (!path.startsWith(paths.mounts()) || path.equals(paths.mounts())) {
        continue;
      }
      String id = paths.mounts().relativize(path).getName(0).toString();
      boolean used = containers.find(id).map(c -> c.state().isRunning()).orElse(false);
      if (!running.contains(id) && !used) {
        try {
          Mounts.detach(path);
        } catch (IOException e) {
          log.warn("Orphaned mount {} stays: {}", path, e.getMessage());
        }
      }
    }
  }

  /**
   * What need not be done before the engine answers. Only what was there at the start is looked at.
   */
  private void background(Set<String> known) {
    try {
      removeOrphanSnapshots(known);
      removeOrphanDirectories(known);
    } catch (IOException | RuntimeException e) {
      log.warn("Cleaning up after the last run", e);
    }
    for (ContainerHandle handle : containers.handles()) {
      if (known.contains(handle.id())) {
        goOn(handle);
      }
    }
  }

  private void removeOrphanSnapshots(Set<String> known) {
    for (Snapshot snapshot : storage.walk()) {
      if (snapshot.kind() == SnapshotKind.ACTIVE
          && ID.matcher(snapshot.key()).matches()
          && !containers.isKnown(snapshot.key())) {
        log.info("Removing the files of a container that was never made: {}", snapshot.key());
        storage.remove(snapshot.key());
      }
    }
  }

  private void removeOrphanDirectories(Set<String> known) throws IOException {
    List<Path> orphans = new ArrayList<>();
    for (Path parent : List.of(paths.all(), paths.mounts())) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent)) {
        for (Path entry : entries) {
          String id = entry.getFileName().toString();
          if (ID.matcher(id).matches() && !containers.isKnown(id)) {
            orphans.add(entry);
          }
        }
      }
    }
    for (Path orphan : orphans) {
      ContainerRemover.deleteTree(orphan);
    }
  }

  /** Restart policies, removals that were cut off, and containers that were to go when they end. */
  private void goOn(ContainerHandle handle) {
    handle.lock.lock();
    try {
      Container container = handle.current();
      State state = container.state();
      switch (state.status()) {
        case REMOVING -> remover.remove(handle, false);
        case RESTARTING -> exits.restart(handle);
        case EXITED -> {
          if (container.hostConfig().autoRemove()) {
            exits.removeAfterEnd(handle);
          } else if (container
              .hostConfig()
              .restartPolicy()
              .appliesAtDaemonStart(state, container.restartCount())) {
            launcher.start(handle, container.restartCount());
          }
        }
        default -> {}
      }
    } catch (RuntimeException e) {
      log.warn("Container {}: {}", handle.id(), e.getMessage());
    } finally {
      handle.lock.unlock();
    }
  }
}
