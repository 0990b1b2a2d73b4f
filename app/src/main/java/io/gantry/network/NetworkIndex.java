package io.gantry.network;

import io.gantry.error.EngineException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * All networks, in memory, with the running containers in each. Lookups take no lock; a name
 * belongs to one network from the moment it is reserved.
 */
final class NetworkIndex {

  /** A network's place in memory. */
  static final class Entry {

    /** Held for reading while an endpoint is joined, for writing while the network is removed. */
    final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    /** Endpoints by container id. */
    final Map<String, NetworkService.Details.Member> members = new ConcurrentHashMap<>();

    final Network network;
    private volatile boolean removed;

    private Entry(Network network) {
      this.network = network;
    }

    /** Whether it was removed since it was looked up; asked under the lock. */
    boolean isRemoved() {
      return removed;
    }
  }

  private final Map<String, Entry> byId = new ConcurrentHashMap<>();
  private final Map<String, String> idByName = new ConcurrentHashMap<>();

  Collection<Entry> all() {
    return byId.values();
  }

  /** Takes a name for a network that is being made. */
  void reserve(String name, String id) {
    if (idByName.putIfAbsent(name, id) != null) {
      throw EngineException.conflict("network with name " + name + " already exists");
    }
  }

  void release(String name, String id) {
    idByName.remove(name, id);
  }

  Entry add(Network network) {
    Entry entry = new Entry(network);
    idByName.put(network.name(), network.id());
    byId.put(network.id(), entry);
    return entry;
  }

  /** The caller holds the entry's lock for writing. */
  void remove(Entry entry) {
    entry.removed = true;
    byId.remove(entry.network.id());
    release(entry.network.name(), entry.network.id());
  }

  Optional<Entry> byName(String name) {
    return Optional.ofNullable(idByName.get(name)).flatMap(id -> Optional.ofNullable(byId.get(id)));
  }

  Optional<Entry> byId(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** By full id, then by name, then by a prefix of the id that fits one only. */
  Optional<Entry> find(String reference) {
    Optional<Entry> exact = byId(reference).or(() -> byName(reference));
    if (exact.isPresent() || reference.isEmpty()) {
      return exact;
    }
    List<Entry> matches =
        byId.values().stream().filter(e -> e.network.id().startsWith(reference)).limit(2).toList();
    if (matches.size() > 1) {
      throw EngineException.invalid(
          "network " + reference + " is ambiguous (2 matches found based on ID prefix)");
    }
    return matches.stream().findFirst();
  }

  Entry get(String reference) {
    return find(reference)
        .orElseThrow(() -> EngineException.notFound("network " + reference + " not found"));
  }
}
