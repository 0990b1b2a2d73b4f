package io.gantry.container;

import io.gantry.container.index.ContainerHandle;
import io.gantry.container.index.ContainerPaths;
import io.gantry.container.mount.ContainerMounts;
import io.gantry.container.record.Container;
import io.gantry.container.record.State;
import io.gantry.container.record.Status;
import io.gantry.error.EngineException;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.Condition;
import org.springframework.stereotype.Component;

/**
 * The root file systems of containers, each mounted once for all who use it: the container's run,
 * and those who read or write its files beside that. The latter do not keep the container's lock,
 * they {@linkplain #hold} its files: a start goes on with what is mounted already, an end leaves it
 * mounted, and only a removal waits. What a killed daemon held is unmounted at the next start,
 * where all mounts of containers that do not run are.
 */
@Component
final class RootFileSystems {

  private final StorageDriver storage;
  private final ContainerMounts mounts;
  private final ContainerPaths paths;
  private final ConcurrentMap<String, Holders> held = new ConcurrentHashMap<>();

  RootFileSystems(StorageDriver storage, ContainerMounts mounts, ContainerPaths paths) {
    this.storage = storage;
    this.mounts = mounts;
    this.paths = paths;
  }

  /** Who holds the files of one container. Used under the container's lock. */
  private static final class Holders {

    final Condition changed;
    int count;
    boolean mounted;

    Holders(Condition changed) {
      this.changed = changed;
    }
  }

  /** Mounts a container's files for its run. The caller holds the container's lock. */
  Path mount(Container container) throws IOException {
    String id = container.id();
    if (isMountedForHolders(id)) {
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
    for (MountSpec mount : storage.mounts(id)) {
      Mounts.mount(mount.type(), mount.source(), rootfs, mount.options());
    }
    MountPlaces.make(rootfs, container);
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
    if (!isMountedForHolders(container.id())) {
      unmount(container.id());
      mounts.release(container);
    }
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

  private boolean isMountedForHolders(String id) {
    Holders holders = held.get(id);
    return holders != null && holders.mounted;
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
      held.computeIfAbsent(handle.id(), id -> new Holders(handle.lock.newCondition())).count++;
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
        sources.putAll(mounts.prepare(handle.current(), root()));
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
        held.remove(handle.id());
        State state = handle.current().state();
        if (holders.mounted && !state.isRunning() && !state.unsettled()) {
          release(handle.current());
        }
        holders.changed.signalAll();
      } catch (IOException e) {
        throw EngineException.system("cannot let go of the files of " + handle.id(), e);
      } finally {
        handle.lock.unlock();
      }
    }
  }
}
