package io.gantry.volume;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A volume's place in memory. Readers take {@link #volume} without a lock; who changes something
 * holds {@link #lock}.
 */
final class VolumeEntry {

  final ReentrantLock lock = new ReentrantLock();

  /** Containers that have the volume, running or not. */
  final Set<String> references = new ConcurrentSkipListSet<>();

  /** Containers that use it now. Guarded by the lock. */
  final Set<String> users = new HashSet<>();

  /** Null until it is made. */
  volatile @Nullable Volume volume;

  /** Set when the volume was removed and this entry is no longer in the index: look again. */
  boolean gone;

  /** It stays, whatever becomes of the container it was made for. The caller holds the lock. */
  Volume settle(Volume current) {
    Volume settled = current.settled();
    volume = settled;
    return settled;
  }
}
