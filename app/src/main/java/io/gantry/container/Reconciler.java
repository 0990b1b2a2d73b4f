package io.gantry.container;

import io.gantry.container.exec.ExecService;
import io.gantry.container.index.ContainerHandle;
import io.gantry.container.index.ContainerPaths;
import io.gantry.container.index.ContainerStore;
import io.gantry.container.index.ContainerStore.Stored;
import io.gantry.container.index.Containers;
import io.gantry.container.mount.ImageMounts;
import io.gantry.container.record.Container;
import io.gantry.container.record.Status;
import io.gantry.container.record.Step;
import io.gantry.image.ImageService;
import io.gantry.linux.file.Directory;
import io.gantry.linux.mount.MountInfo;
import io.gantry.linux.mount.Mounts;
import io.gantry.network.NetworkService;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.runtime.Adopted;
import io.gantry.plugins.runtime.RuntimeDriver;
import io.gantry.plugins.storage.Snapshot;
import io.gantry.plugins.storage.SnapshotKind;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.volume.VolumeService;
import jakarta.annotation.PostConstruct;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.stereotype.Component;

/**
 * The one way a daemon starts, be it for the first time, after a clean stop, after {@code kill -9}
 * or after a power cut: it compares the records with what the kernel and the disk have, goes on
 * with what runs, finishes or undoes what was half-done, and removes what belongs to no record. It
 * touches only what bears the engine's names in the engine's directories.
 */
@Component
final class Reconciler
    implements SmartInitializingSingleton, ApplicationListener<ApplicationReadyEvent> {

  private static final Logger log = LoggerFactory.getLogger(Reconciler.class);
  private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");

  private final Containers containers;
  private final ContainerStore store;
  private final ContainerExits exits;
  private final ContainerAdoption adoption;
  private final RuntimeDriver runtime;
  private final StorageDriver storage;
  private final ImageService images;
  private final NetworkService networks;
  private final VolumeService volumes;
  private final ExecService execs;
  private final ContainerPaths paths;

  private final FutureTask<@Nullable Void> reconciliation =
      new FutureTask<>(
          () -> {
            reconcile();
            return null;
          });

  private final CompletableFuture<@Nullable Void> settled = new CompletableFuture<>();

  /** The containers that were not at rest when the daemon started. */
  private final List<ContainerHandle> awake = new ArrayList<>();

  Reconciler(
      Containers containers,
      ContainerStore store,
      ContainerExits exits,
      ContainerAdoption adoption,
      RuntimeDriver runtime,
      StorageDriver storage,
      ImageService images,
      NetworkService networks,
      VolumeService volumes,
      ExecService execs,
      ContainerPaths paths) {
    this.containers = containers;
    this.store = store;
    this.exits = exits;
    this.adoption = adoption;
    this.runtime = runtime;
    this.storage = storage;
    this.images = images;
    this.networks = networks;
    this.volumes = volumes;
    this.execs = execs;
    this.paths = paths;
  }

  /** Begins as soon as it can, while the parts that only the API needs are still being made. */
  @PostConstruct
  void begin() {
    Thread.ofPlatform().name("reconciler").daemon().start(reconciliation);
  }

  /** Waits for the end; the engine listens after that, and restarts and removals begin. */
  @Override
  public void afterSingletonsInstantiated() {
    try {
      reconciliation.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("reconciling with the kernel", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while reconciling with the kernel", e);
    }
  }

  /** Brings records and kernel together. */
  private void reconcile() throws IOException {
    Files.createDirectories(paths.all());
    Files.createDirectories(paths.mounts());
    Files.createDirectories(paths.spill());
    Set<String> known = new HashSet<>();
    for (Stored container : store.all()) {
      ContainerHandle handle = new ContainerHandle(container.id(), container.record());
      containers.reserve(container.name(), container.id());
      containers.add(handle);
      known.add(container.id());
      if (!container.atRest()) {
        awake.add(handle);
      }
    }
    // not before it is settled what each container is: an end would be taken for one of before;
    // and not on a thread of the driver's, which asking for a container may wait for
    runtime.onExit(exit -> onceSettled(() -> exits.exited(exit)));
    runtime.onOutOfMemory(id -> onceSettled(() -> exits.outOfMemory(id)));
    List<ContainerHandle> open =
        awake.stream().filter(handle -> handle.current().state().mayHaveSomething()).toList();
    Map<String, Adopted> found = runtime.adopt(open.stream().map(ContainerHandle::id).toList());
    for (String orphan : runtime.removeOrphans(known)) {
      log.info("Removed what belonged to no container: {}", orphan);
    }
    volumes.load(
        known,
        awake.stream()
            .flatMap(handle -> handle.current().volumes().stream())
            .collect(Collectors.toSet()));
    Set<String> running =
        found.entrySet().stream()
            .filter(entry -> mayRun(entry.getValue()))
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    for (ContainerHandle handle : awake) {
      adoptVolumes(handle.current(), running.contains(handle.id()));
    }
    volumes.unmountUnused();
    networks.start(running::contains).done().forEach(line -> log.info("Network: {}", line));
    FailPoint.hit("reconcile.adopted");
    awake.stream()
        .filter(handle -> handle.current().state().step() == Step.LOG)
        .forEach(adoption::finishLog);
    adoption.settle(open, found);
    settled.complete(null);
    execs.adopt();
    removeOrphanMounts(running);
    FailPoint.hit("reconcile.settled");
  }

  private void onceSettled(Runnable news) {
    var _ =
        settled
            .thenRunAsync(news, Thread::startVirtualThread)
            .exceptionally(
                e -> {
                  log.error("News of a container were not taken", e);
                  return null;
                });
  }

  /** What need not be done before the engine answers leaves the processor to what must. */
  @Override
  public void onApplicationEvent(ApplicationReadyEvent ready) {
    Thread.startVirtualThread(this::background);
  }

  private static boolean mayRun(Adopted found) {
    return found instanceof Adopted.Running || found instanceof Adopted.Unknown;
  }

  private void adoptVolumes(Container container, boolean running) {
    List<String> names = container.volumes();
    // those of one that is being removed may be gone already
    if (!names.isEmpty() && container.state().status() != Status.REMOVING) {
      VolumeService.Use left =
          container.state().mayHaveSomething() ? VolumeService.Use.LEFT : VolumeService.Use.NONE;
      volumes.adopt(names, container.id(), running ? VolumeService.Use.RUNNING : left);
    }
  }

  private void removeOrphanMounts(Set<String> running) {
    List<Path> parents = List.of(paths.mounts(), paths.subpaths(), paths.imageMounts());
    for (MountInfo mount : MountInfo.list()) {
      Path path = Path.of(mount.mountPoint());
      for (Path parent : parents) {
        if (path.startsWith(parent) && !path.equals(parent)) {
          removeOrphanMount(path, parent.relativize(path).getName(0).toString(), running);
        }
      }
    }
    removePlacesOfCopies();
  }

  private void removeOrphanMount(Path path, String container, Set<String> running) {
    boolean used = containers.find(container).map(c -> c.state().isRunning()).orElse(false);
    if (!running.contains(container) && !used) {
      try {
        Mounts.detach(path);
      } catch (IOException e) {
        log.warn("Orphaned mount {} stays: {}", path, e.getMessage());
      }
    }
  }

  /** Empty directories in which the files of a container were put together. */
  private void removePlacesOfCopies() {
    try (DirectoryStream<Path> places = Files.newDirectoryStream(paths.mounts(), "*-*")) {
      for (Path place : places) {
        Files.delete(place);
      }
    } catch (IOException e) {
      log.warn("Left over in {}: {}", paths.mounts(), e.getMessage());
    }
  }

  private void background() {
    try {
      removeOrphanSnapshots();
      removeOrphanDirectories();
      images.collectLayers();
    } catch (IOException | RuntimeException e) {
      log.warn("Cleaning up after the last run", e);
    }
    awake.forEach(adoption::goOn);
  }

  private void removeOrphanSnapshots() {
    for (Snapshot snapshot : storage.walk()) {
      String container = ImageMounts.containerOf(snapshot.key()).orElse(snapshot.key());
      if (snapshot.kind() == SnapshotKind.ACTIVE
          && ID.matcher(container).matches()
          && !containers.isKnown(container)) {
        log.info("Removing the files of a container that was never made: {}", snapshot.key());
        storage.remove(snapshot.key());
      }
    }
  }

  private void removeOrphanDirectories() throws IOException {
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
      Directory.deleteTree(orphan);
    }
  }
}
