package io.gantry.container.index;

import io.gantry.container.record.Container;
import io.gantry.error.EngineException;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/**
 * All containers, in memory. Lookups take no lock. A name belongs to one container at a time from
 * the moment it is {@linkplain #reserve reserved}.
 */
@Component
public final class Containers {

  /** How many containers an error names. */
  private static final int NAMED_MATCHES = 10;

  private final ConcurrentSkipListMap<String, ContainerHandle> byId = new ConcurrentSkipListMap<>();
  private final ConcurrentMap<String, String> idByName = new ConcurrentHashMap<>();

  /** Every container now. */
  public List<Container> all() {
    return byId.values().stream().map(ContainerHandle::current).toList();
  }

  /**
   * The container a user means: its full id, else its name, else a prefix of its id.
   *
   * @throws EngineException not found, or when the prefix fits several
   */
  public Container get(String reference) {
    return handle(reference).current();
  }

  /** As {@link #get}, empty when there is none. */
  public Optional<Container> find(String reference) {
    return findHandle(reference).map(ContainerHandle::current);
  }

  public ContainerHandle handle(String reference) {
    return findHandle(reference)
        .orElseThrow(() -> EngineException.notFound("No such container: " + reference));
  }

  public Optional<ContainerHandle> findHandle(String reference) {
    ContainerHandle exact = byId.get(reference);
    if (exact != null) {
      return Optional.of(exact);
    }
    String id = idByName.get(reference.startsWith("/") ? reference.substring(1) : reference);
    if (id != null && byId.get(id) instanceof ContainerHandle named) {
      return Optional.of(named);
    }
    if (reference.isEmpty()) {
      return Optional.empty();
    }
    NavigableMap<String, ContainerHandle> matches =
        byId.subMap(reference, true, reference + Character.MAX_VALUE, false);
    var first = matches.firstEntry();
    if (first == null) {
      return Optional.empty();
    }
    if (!matches.lastKey().equals(first.getKey())) {
      throw ambiguous(reference, matches);
    }
    return Optional.of(first.getValue());
  }

  /** What Docker says, and which containers it may be. */
  private static EngineException ambiguous(
      String prefix, NavigableMap<String, ContainerHandle> matches) {
    String named =
        matches.values().stream()
            .limit(NAMED_MATCHES)
            .map(ContainerHandle::current)
            .map(container -> container.shortId() + " (" + container.name() + ")")
            .collect(Collectors.joining(", "));
    int more = matches.size() - NAMED_MATCHES;
    return EngineException.invalid(
        "multiple IDs found with provided prefix: %s: %s%s"
            .formatted(prefix, named, more > 0 ? " and " + more + " more" : ""));
  }

  public Collection<ContainerHandle> handles() {
    return byId.values();
  }

  /**
   * Takes a name for a container.
   *
   * @throws EngineException conflict, when another container has it
   */
  public void reserve(String name, String id) {
    String owner = idByName.putIfAbsent(name, id);
    if (owner != null && !owner.equals(id)) {
      throw EngineException.conflict(
          "Conflict. The container name \"/%s\" is already in use by container \"%s\". You have to remove (or rename) that container to be able to reuse that name."
              .formatted(name, owner));
    }
  }

  public boolean tryReserve(String name, String id) {
    return idByName.putIfAbsent(name, id) == null;
  }

  public void release(String name, String id) {
    idByName.remove(name, id);
  }

  public ContainerHandle add(Container container) {
    return add(new ContainerHandle(container));
  }

  public ContainerHandle add(ContainerHandle handle) {
    byId.put(handle.id(), handle);
    return handle;
  }

  public void remove(Container container) {
    byId.remove(container.id());
    release(container.name(), container.id());
  }

  /** Whether a container of that id exists or is being made. */
  public boolean isKnown(String id) {
    return byId.containsKey(id) || idByName.containsValue(id);
  }
}
