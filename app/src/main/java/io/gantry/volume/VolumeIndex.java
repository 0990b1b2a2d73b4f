package io.gantry.volume;

import io.gantry.error.EngineException;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** All volumes in memory. Lookups take no lock. */
final class VolumeIndex {

  /** A volume that was found, and its place. */
  record Match(VolumeEntry entry, Volume volume) {}

  private final ConcurrentMap<String, VolumeEntry> entries = new ConcurrentHashMap<>();

  Optional<Volume> find(String name) {
    VolumeEntry entry = entries.get(name);
    return Optional.ofNullable(entry == null ? null : entry.volume);
  }

  Optional<VolumeEntry> entry(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  /**
   * The place of a name, made if there is none. It may be {@link VolumeEntry#gone} when its lock is
   * got.
   */
  VolumeEntry place(String name) {
    return entries.computeIfAbsent(name, ignored -> new VolumeEntry());
  }

  void add(Volume volume) {
    place(volume.name()).volume = volume;
  }

  /** Forgets a place. The caller holds its lock. */
  void drop(String name, VolumeEntry entry) {
    entry.gone = true;
    entries.remove(name, entry);
  }

  /** Those that fit, by name. */
  Stream<Match> matching(VolumeFilter filter) {
    return entries.values().stream()
        .<Match>mapMulti(
            (entry, next) -> {
              Volume volume = entry.volume;
              if (volume != null && filter.matches(volume, !entry.references.isEmpty())) {
                next.accept(new Match(entry, volume));
              }
            })
        .sorted(Comparator.comparing(match -> match.volume().name()));
  }

  /**
   * Does something under a volume's lock.
   *
   * @throws EngineException NOT_FOUND
   */
  <T> T locked(String name, BiFunction<VolumeEntry, Volume, T> action) {
    VolumeEntry entry = entries.get(name);
    if (entry == null) {
      throw noSuchVolume(name);
    }
    entry.lock.lock();
    try {
      Volume volume = entry.volume;
      if (entry.gone || volume == null) {
        throw noSuchVolume(name);
      }
      return action.apply(entry, volume);
    } finally {
      entry.lock.unlock();
    }
  }

  static EngineException noSuchVolume(String name) {
    return EngineException.notFound("get %s: no such volume".formatted(name));
  }
}
