package io.gantry.image.layer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which layers there are and what keeps each of them: images, layers above it, and operations under
 * way (pins). Its lock is held for map operations only.
 */
final class LayerTable {

  private static final class Entry {
    final Layer layer;
    int references;
    int pins;

    /** Was asked to go while something still kept it: goes with the last of them. */
    boolean doomed;

    @Nullable CompletableFuture<Void> going;

    Entry(Layer layer) {
      this.layer = layer;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Entry> entries = new HashMap<>();

  /** Adds a layer that nothing keeps yet but {@code pins}; it keeps its parent. */
  void add(Layer layer, int pins) {
    lock.lock();
    try {
      Entry entry = new Entry(layer);
      entry.pins = pins;
      entries.put(layer.chainId(), entry);
      layer.parent().map(entries::get).ifPresent(parent -> parent.references++);
    } finally {
      lock.unlock();
    }
  }

  Optional<Layer> find(String chainId) {
    lock.lock();
    try {
      return live(chainId).map(entry -> entry.layer);
    } finally {
      lock.unlock();
    }
  }

  List<Layer> all() {
    lock.lock();
    try {
      return entries.values().stream()
          .filter(entry -> entry.going == null)
          .map(entry -> entry.layer)
          .toList();
    } finally {
      lock.unlock();
    }
  }

  private Optional<Entry> live(String chainId) {
    return Optional.ofNullable(entries.get(chainId)).filter(entry -> entry.going == null);
  }

  /** Keeps a layer, and so those below, until {@link #unpin}; empty when it is not there. */
  Optional<Layer> pin(String chainId) {
    lock.lock();
    try {
      Optional<Entry> entry = live(chainId);
      entry.ifPresent(found -> found.pins++);
      return entry.map(found -> found.layer);
    } finally {
      lock.unlock();
    }
  }

  /** Ends when a layer that is being deleted is gone; is done already when none is. */
  CompletableFuture<Void> gone(String chainId) {
    lock.lock();
    try {
      Entry entry = entries.get(chainId);
      CompletableFuture<Void> going = entry == null ? null : entry.going;
      return going == null ? CompletableFuture.completedFuture(null) : going;
    } finally {
      lock.unlock();
    }
  }

  /** An image stands on the layer from now on. */
  void retain(String chainId) {
    lock.lock();
    try {
      Entry entry = live(chainId).orElseThrow(() -> new IllegalStateException(chainId));
      entry.references++;
      entry.doomed = false;
    } finally {
      lock.unlock();
    }
  }

  /** An image does not stand on the layer after all; the layer stays. */
  void abandon(String chainId) {
    lock.lock();
    try {
      live(chainId).ifPresent(entry -> entry.references--);
    } finally {
      lock.unlock();
    }
  }

  /**
   * An image no longer stands on the layer.
   *
   * @param used whether a container stands on a chain
   * @return the layers nothing keeps any more, top first: taken out of use, to be deleted by the
   *     caller, who then calls {@link #deleted} or {@link #restore}
   */
  List<Layer> release(String chainId, Predicate<String> used) {
    lock.lock();
    try {
      Entry entry = entries.get(chainId);
      if (entry == null) {
        return List.of();
      }
      entry.references--;
      entry.doomed = true;
      return sweep(chainId, used);
    } finally {
      lock.unlock();
    }
  }

  /** An operation no longer needs the layer. Returns like {@link #release}. */
  List<Layer> unpin(String chainId, Predicate<String> used) {
    lock.lock();
    try {
      Entry entry = entries.get(chainId);
      if (entry == null) {
        return List.of();
      }
      entry.pins--;
      return entry.doomed ? sweep(chainId, used) : List.of();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Layers that nothing keeps but containers go with the last of those.
   *
   * @param finished whether an image has stood on it
   */
  void doom(Predicate<Layer> finished) {
    lock.lock();
    try {
      for (Entry entry : entries.values()) {
        entry.doomed |= entry.references == 0 && finished.test(entry.layer);
      }
    } finally {
      lock.unlock();
    }
  }

  /** What kept the layer may be gone. Returns like {@link #release}. */
  List<Layer> collect(String chainId, Predicate<String> used) {
    lock.lock();
    try {
      Entry entry = entries.get(chainId);
      return entry != null && entry.doomed ? sweep(chainId, used) : List.of();
    } finally {
      lock.unlock();
    }
  }

  /** What kept those that were asked to go may be gone. Returns like {@link #release}. */
  List<Layer> collectDoomed(Predicate<String> used) {
    return collectAll(entry -> entry.doomed, used);
  }

  /**
   * Every layer that nothing keeps, also those of pulls that were cut off. Returns like {@link
   * #release}.
   */
  List<Layer> collectAll(Predicate<String> used) {
    return collectAll(entry -> true, used);
  }

  private List<Layer> collectAll(Predicate<Entry> wanted, Predicate<String> used) {
    lock.lock();
    try {
      List<Layer> found = new ArrayList<>();
      for (Entry entry : List.copyOf(entries.values())) {
        if (entry.going == null && entry.references == 0 && entry.pins == 0 && wanted.test(entry)) {
          entry.doomed = true;
          found.addAll(sweep(entry.layer.chainId(), used));
        }
      }
      return found;
    } finally {
      lock.unlock();
    }
  }

  private List<Layer> sweep(String top, Predicate<String> used) {
    List<Layer> dead = new ArrayList<>();
    Optional<String> at = Optional.of(top);
    while (at.isPresent()) {
      Entry entry = entries.get(at.get());
      if (entry == null
          || entry.going != null
          || entry.references > 0
          || entry.pins > 0
          || used.test(at.get())) {
        if (entry != null && !dead.isEmpty()) {
          entry.doomed = entry.doomed || entry.references == 0;
        }
        break;
      }
      entry.going = new CompletableFuture<>();
      dead.add(entry.layer);
      at = entry.layer.parent();
      at.map(entries::get).ifPresent(below -> below.references--);
    }
    return dead;
  }

  /** The layers are no more. */
  void deleted(List<Layer> layers) {
    lock.lock();
    try {
      for (Layer layer : layers) {
        Entry entry = entries.remove(layer.chainId());
        if (entry != null && entry.going != null) {
          entry.going.complete(null);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** They are after all. */
  void restore(List<Layer> layers) {
    lock.lock();
    try {
      for (Layer layer : layers) {
        Entry entry = entries.get(layer.chainId());
        if (entry != null && entry.going != null) {
          entry.going.complete(null);
          entry.going = null;
          layer.parent().map(entries::get).ifPresent(below -> below.references++);
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
