package io.gantry.container;

import io.gantry.container.index.ContainerHandle;
import io.gantry.container.index.ContainerPaths;
import io.gantry.container.mount.ContainerMounts;
import io.gantry.container.record.Container;
import io.gantry.container.record.State;
import io.gantry.container.record.Status;
import io.gantry.error.EngineException;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.mount.Mounts;
import io.gantry.plugins.storage.MountSpec;
import io.gantry.plugins.storage.StorageDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The root file systems of containers, each mounted once for all who use it: the container's run,
 * and those who read or write its files beside that. The latter do not keep the container's lock,
 * they {@linkplain #hold} its files: a start goes on with what is mounted already, an end leaves it
 * mounted, and only a removal waits. What nobody uses any more is unmounted a moment later and not
 * by who used it last: unmounting writes out the file system below, and copies come in groups. What
 * a killed daemon held is unmounted at the next start, as all mounts of containers that do not run.
 */
@Component
final class RootFileSystems implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RootFileSystems.class);

  /** How long files that nobody uses stay mounted for the next one. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final StorageDriver storage;
  private final ContainerMounts mounts;
  private final ContainerPaths paths;
  private final Timer timer;
  private final ConcurrentMap<String, Holders> held = new ConcurrentHashMap<>();

  RootFileSystems(
      StorageDriver storage, ContainerMounts mounts, ContainerPaths paths, Timer timer) {
    this.timer = timer;
    this.storage = storage;
    this.mounts = mounts;
    this.paths = paths;
  }

  /** Who holds the files of one container. Used under the container's lock. */
  private static final class Holders {

    final ContainerHandle handle;
    final Condition changed;
    int count;
    boolean mounted;
    Future<?> later = CompletableFuture.completedFuture(null);

    Holders(ContainerHandle handle) {
      this.handle = handle;
      this.changed = handle.lock.newCondition();
    }
  }

  /** Mounts a container's files for its run. The caller holds the container's lock. */
  Path mount(Container container) throws IOException {
    String id = container.id();
    if (held.get(id) instanceof Holders holders && holders.mounted) {
      if (holders.count == 0) {
        held.remove(id); // it is the run's now
      }
      return paths.rootfs(id);
    }
    unmount(id);
    return mountFresh(container);
  }

  private Path mountFresh(Container container) throws IOException {
    String id = container.id();
    ensureSnapshot(container);
    Path rootfs = paths.rootfs(id);
    Files.createDirectories(rootfs);
    try {
      for (MountSpec mount : storage.mounts(id)) {
        Mounts.mount(mount.type(), mount.source(), rootfs, mount.options());
      }
      MountPlaces.make(rootfs, container);
    } catch (IOException | RuntimeException e) {
      unmount(id);
      throw e;
    }
    return rootfs;
  }

  /** A power cut may have undone the preparation of a snapshot nothing was ever written to. */
  private void ensureSnapshot(Container container) {
    if (storage.stat(container.id()).isEmpty()) {
      storage.prepare(
          container.id(), container.snapshotParent(), container.hostConfig().storageOpt());
    }
  }

  /**
   * A run has ended: its files and volumes are let go, unless somebody holds them, who then does so
   * later. The caller holds the container's lock.
   */
  void release(Container container) throws IOException {
    if (held.get(container.id()) instanceof Holders holders && holders.mounted) {
      if (holders.count > 0) {
        return;
      }
      held.remove(container.id());
    }
    unmount(container.id());
    mounts.release(container);
  }

  private void unmount(String id) throws IOException {
    Path rootfs = paths.rootfs(id);
    if (Files.exists(rootfs)) {
      if (Mounts.isMountPoint(rootfs)) {
        Mounts.detach(rootfs);
      }
      Files.deleteIfExists(rootfs);
    }
  }

  /**
   * Keeps a container's files from being removed until the hold is closed, whatever else happens to
   * the container. Takes the container's lock for a moment.
   *
   * @throws EngineException conflict, when it is being removed
   */
  Hold hold(ContainerHandle handle) {
    handle.lock.lock();
    try {
      Container container = handle.current();
      Status status = container.state().status();
      if (handle.removed.isDone() || status == Status.REMOVING || status == Status.DEAD) {
        throw EngineException.conflict(
            "container %s is marked for removal".formatted(container.id()));
      }
      ensureSnapshot(container);
      Holders holders = held.computeIfAbsent(handle.id(), id -> new Holders(handle));
      holders.count++;
      holders.later.cancel(false);
      return new Hold(handle);
    } finally {
      handle.lock.unlock();
    }
  }

  /**
   * Waits until nobody holds a container's files. The caller holds the container's lock, which is
   * free while this waits: what the caller knew of the container's state may have changed.
   *
   * @return whether nobody holds them
   */
  boolean awaitUnheld(ContainerHandle handle, Duration limit) {
    long nanos = limit.toNanos();
    while (held.get(handle.id()) instanceof Holders holders) {
      if (holders.count == 0) {
        letGo(holders);
        return true;
      }
      if (nanos <= 0) {
        return false;
      }
      try {
        nanos = holders.changed.awaitNanos(nanos);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw EngineException.system("interrupted while a container's files are in use", e);
      }
    }
    return true;
  }

  /**
   * Unmounts files that nobody has taken up again. The kernel writes out the file system below when
   * it unmounts: that is done before, while the container's lock is free.
   */
  private void letGoInTime(Holders holders) {
    try (Directory rootfs = Directory.open(paths.rootfs(holders.handle.id()))) {
      rootfs.fd().syncFileSystem();
    } catch (ErrnoException e) {
      LOG.debug("unmounted before it was written out: {}", holders.handle.id(), e);
    }
    letGo(holders);
  }

  /** Unmounts files that nobody uses, unless they are a run's by now. */
  private void letGo(Holders holders) {
    ContainerHandle handle = holders.handle;
    handle.lock.lock();
    try {
      if (holders.count == 0
          && held.remove(handle.id(), holders)
          && !isInUse(handle.current().state())) {
        release(handle.current());
      }
    } catch (IOException e) {
      throw EngineException.system("cannot let go of the files of " + handle.id(), e);
    } finally {
      handle.lock.unlock();
    }
  }

  /** Unmounts what lingers. */
  @Override
  public void close() {
    held.values().forEach(this::letGo);
  }

  private static boolean isInUse(State state) {
    return state.isRunning() || state.unsettled();
  }

  /** Somebody's use of a container's files. For one thread. */
  final class Hold implements AutoCloseable {

    private final ContainerHandle handle;

    private Hold(ContainerHandle handle) {
      this.handle = handle;
    }

    /**
     * The root file system without what is mounted in it. It stays mounted until this is closed.
     */
    Path root() throws IOException {
      handle.lock.lock();
      try {
        Holders holders = holders();
        Container container = handle.current();
        Path rootfs = paths.rootfs(container.id());
        if (!holders.mounted) {
          if (!Mounts.isMountPoint(rootfs)) {
            mountFresh(container);
          }
          holders.mounted = true;
        }
        return rootfs;
      } finally {
        handle.lock.unlock();
      }
    }

    /**
     * What is mounted in the root file system, made ready, by its place: volumes, sources of binds,
     * the engine's own files as of the last run.
     */
    SortedMap<String, Path> sources() throws IOException {
      handle.lock.lock();
      try {
        SortedMap<String, Path> sources = new TreeMap<>();
        for (String name : List.of("hostname", "hosts", "resolv.conf")) {
          Path file = paths.etc(handle.id()).resolve(name);
          if (Files.isRegularFile(file)) {
            sources.put("/etc/" + name, file);
          }
        }
        sources.putAll(mounts.prepareFiles(handle.current(), root()));
        return sources;
      } finally {
        handle.lock.unlock();
      }
    }

    private Holders holders() {
      Holders holders = held.get(handle.id());
      if (holders == null) {
        throw new IllegalStateException("the files of " + handle.id() + " are not held");
      }
      return holders;
    }

    @Override
    public void close() {
      handle.lock.lock();
      try {
        Holders holders = holders();
        if (--holders.count > 0) {
          return;
        }
        if (!holders.mounted || isInUse(handle.current().state())) {
          held.remove(handle.id());
        } else {
          holders.later = timer.after(LINGER, () -> letGoInTime(holders));
        }
        holders.changed.signalAll();
      } finally {
        handle.lock.unlock();
      }
    }
  }
}
