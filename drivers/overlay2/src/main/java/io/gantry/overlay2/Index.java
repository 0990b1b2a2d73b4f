package io.gantry.overlay2;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The records in memory, by key and by directory. Guarded by its owner's lock. */
final class Index {

  private final Map<String, SnapshotRecord> byKey = new HashMap<>();
  private final Map<String, SnapshotRecord> byId = new HashMap<>();
  private final Map<String, Integer> children = new HashMap<>();

  void add(SnapshotRecord record) {
    byKey.put(record.key(), record);
    byId.put(record.id(), record);
    if (!record.parentId().isEmpty()) {
      children.merge(record.parentId(), 1, Integer::sum);
    }
  }

  void remove(SnapshotRecord record) {
    byKey.remove(record.key());
    byId.remove(record.id());
    if (!record.parentId().isEmpty()) {
      children.computeIfPresent(record.parentId(), (id, n) -> n == 1 ? null : n - 1);
    }
  }

  /** Puts a record in the place of the one with the same key, id and parent. */
  void replace(SnapshotRecord record) {
    byKey.put(record.key(), record);
    byId.put(record.id(), record);
  }

  Optional<SnapshotRecord> find(String key) {
    return Optional.ofNullable(byKey.get(key));
  }

  Optional<String> keyOf(String id) {
    return Optional.ofNullable(byId.get(id)).map(SnapshotRecord::key);
  }

  boolean hasId(String id) {
    return byId.containsKey(id);
  }

  int childrenOf(SnapshotRecord record) {
    return children.getOrDefault(record.id(), 0);
  }

  /** The directories below a snapshot, its parent's first. */
  List<String> parentsOf(SnapshotRecord record) {
    List<String> parents = new ArrayList<>();
    Optional<SnapshotRecord> at = Optional.of(record);
    while (at.isPresent() && !at.get().parentId().isEmpty()) {
      String parentId = at.get().parentId();
      parents.add(parentId);
      at = Optional.ofNullable(byId.get(parentId));
    }
    return parents;
  }

  Collection<SnapshotRecord> all() {
    return List.copyOf(byKey.values());
  }
}
