package io.gantry.image.layer;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** One lock a chain id, there while somebody wants it: so that a layer is applied once. */
final class ChainLocks {

  private static final class Counted {
    final ReentrantLock lock = new ReentrantLock();
    int users;
  }

  /** A lock that is held. */
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  private final Map<String, Counted> locks = new HashMap<>();
  private final ReentrantLock guard = new ReentrantLock();

  /** Waits for the lock. To be closed by the same thread. */
  Held hold(String chainId) {
    Counted counted = enter(chainId);
    counted.lock.lock();
    return () -> {
      counted.lock.unlock();
      leave(chainId, counted);
    };
  }

  private Counted enter(String chainId) {
    guard.lock();
    try {
      Counted counted = locks.computeIfAbsent(chainId, id -> new Counted());
      counted.users++;
      return counted;
    } finally {
      guard.unlock();
    }
  }

  private void leave(String chainId, Counted counted) {
    guard.lock();
    try {
      if (--counted.users == 0) {
        locks.remove(chainId);
      }
    } finally {
      guard.unlock();
    }
  }
}
