package io.gantry.overlay2;

import io.gantry.linux.ErrnoException;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.storage.Snapshot;
import io.gantry.plugins.storage.SnapshotKind;
import io.gantry.plugins.storage.Usage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Which snapshots there are, on the disk and in memory alike, and the rules of what may become of
 * them. Each change is one step for all who look on. Errors name action and key.
 */
final class Catalog {

  /** As Docker's: overlayfs itself takes 500. */
  private static final int MAX_DEPTH = 128;

  private static final int MAX_KEY = 255;

  private final RecordStore store;
  private final String boot;
  private final Ids ids = new Ids();

  /** Guards the index, and with it which records there are; held for a few system calls at most. */
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by {@link #lock}. */
  private final Index index;

  Catalog(RecordStore store, Index index, String boot) {
    this.store = store;
    this.index = index;
    this.boot = boot;
  }

  /** A record that could be added now; nobody knows of it yet. */
  SnapshotRecord propose(String action, SnapshotKind kind, String key, String parent) {
    checkKey(key);
    return locked(
        () -> {
          requirePossible(action, key, parent);
          String parentId = parent.isEmpty() ? "" : index.find(parent).orElseThrow().id();
          SnapshotRecord record =
              new SnapshotRecord(key, kind, ids.next(index), parentId, new Usage(0, 0), "");
          int depth = index.parentsOf(record).size();
          if (depth > MAX_DEPTH) {
            throw failure(
                Kind.INVALID,
                action,
                key,
                "max depth exceeded: "
                    + depth
                    + " layers, at most "
                    + MAX_DEPTH
                    + " can be stacked");
          }
          return record;
        });
  }

  /** Makes a proposed record known, if it still can be. */
  void add(String action, SnapshotRecord record, String parent) throws ErrnoException {
    lock.lock();
    try {
      requirePossible(action, record.key(), parent);
      store.create(record);
      index.add(record);
    } finally {
      lock.unlock();
    }
  }

  /** The active snapshot {@code key}, which could be committed as {@code name} now. */
  SnapshotRecord requireCommittable(String name, String key) {
    checkKey(name);
    return locked(() -> committable(name, key));
  }

  void commit(String name, SnapshotRecord active, Usage usage) throws ErrnoException {
    SnapshotRecord committed = active.committed(name, usage, boot);
    lock.lock();
    try {
      committable(name, active.key());
      store.create(committed);
      FailPoint.hit("overlay2.commit.recorded");
      store.delete(active.key());
      index.remove(active);
      index.add(committed);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets a snapshot; says which it was. */
  Optional<SnapshotRecord> remove(String key) throws ErrnoException {
    lock.lock();
    try {
      Optional<SnapshotRecord> record = index.find(key);
      if (record.isPresent()) {
        int children = index.childrenOf(record.get());
        if (children > 0) {
          throw failure(
              Kind.CONFLICT, "remove", key, children + " other snapshots are based on it");
        }
        store.delete(key);
        index.remove(record.get());
      }
      return record;
    } finally {
      lock.unlock();
    }
  }

  List<SnapshotRecord> notSynced() {
    return locked(() -> index.all().stream().filter(r -> !r.isSynced()).toList());
  }

  void markSynced(SnapshotRecord record) throws ErrnoException {
    lock.lock();
    try {
      if (index.find(record.key()).filter(record::equals).isPresent()) {
        store.replace(record.synced());
        index.replace(record.synced());
      }
    } finally {
      lock.unlock();
    }
  }

  SnapshotRecord require(String action, String key) {
    return locked(() -> existing(action, key));
  }

  boolean has(SnapshotRecord record) {
    return locked(() -> index.hasId(record.id()));
  }

  /** The directories below a snapshot, its parent's first. */
  List<String> parentsOf(SnapshotRecord record) {
    return locked(() -> index.parentsOf(record));
  }

  Optional<Snapshot> find(String key) {
    return locked(() -> index.find(key).map(this::snapshot));
  }

  List<Snapshot> all() {
    return locked(() -> index.all().stream().map(this::snapshot).toList());
  }

  private Snapshot snapshot(SnapshotRecord record) {
    return new Snapshot(record.key(), record.kind(), index.keyOf(record.parentId()));
  }

  private void requirePossible(String action, String key, String parent) {
    requireFree(action, key);
    if (!parent.isEmpty()
        && existing(action + " " + key + " on", parent).kind() != SnapshotKind.COMMITTED) {
      throw failure(Kind.CONFLICT, action, key, "its parent " + parent + " is not committed");
    }
  }

  private SnapshotRecord committable(String name, String key) {
    SnapshotRecord record = existing("commit", key);
    if (record.kind() != SnapshotKind.ACTIVE) {
      throw failure(Kind.CONFLICT, "commit", key, "it is not active");
    }
    requireFree("commit", name);
    return record;
  }

  private void requireFree(String action, String key) {
    if (index.find(key).isPresent()) {
      throw failure(Kind.CONFLICT, action, key, "it exists already");
    }
  }

  private SnapshotRecord existing(String action, String key) {
    return index
        .find(key)
        .orElseThrow(() -> failure(Kind.NOT_FOUND, action, key, "it does not exist"));
  }

  private static void checkKey(String key) {
    int length = key.getBytes(StandardCharsets.UTF_8).length;
    if (length == 0 || length > MAX_KEY || key.indexOf('\0') >= 0) {
      throw new DriverException(
          Kind.INVALID, "snapshot key \"" + key + "\": not 1 to " + MAX_KEY + " bytes");
    }
  }

  private static DriverException failure(Kind kind, String action, String key, String reason) {
    return new DriverException(kind, action + " snapshot " + key + ": " + reason);
  }

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
