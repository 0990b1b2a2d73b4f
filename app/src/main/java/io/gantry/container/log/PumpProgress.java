package io.gantry.container.log;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** What a pump and those who wait for it tell each other. Thread-safe. */
final class PumpProgress {

  /** What the pump is to do. */
  enum Order {
    /** Go on. */
    RUN,
    /** The container has ended: carry the rest, end its lines, close. */
    FINISH,
    /** The daemon ends, the container does not: carry what is there, close. */
    STOP
  }

  /** How long a reader waits for a driver that takes nothing. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Runnable wakePump;
  private final CompletableFuture<Boolean> end = new CompletableFuture<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private Order order = Order.RUN;

  /** How often the last order was taken back; a pass that began before did not see all of a run. */
  private int lives;

  private int livesAtStart;
  private long passesBegun;
  private long passesEnded;
  private long version;
  private long carriedTime = Long.MIN_VALUE;
  private boolean failing;
  private boolean ending;
  private boolean ended;

  PumpProgress(Runnable wakePump) {
    this.wakePump = wakePump;
  }

  /** Called by the pump at the start of a pass. */
  Order order() {
    lock.lock();
    try {
      passesBegun++;
      livesAtStart = lives;
      return order;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Called by the pump after a pass over all that was in the journal, or as far as the driver took
   * it.
   *
   * @param begun the order at the start of the pass
   * @return whether it was the last
   */
  boolean passed(Order begun, boolean complete) {
    lock.lock();
    try {
      passesEnded = passesBegun;
      failing = !complete;
      ending = begun != Order.RUN && begun == order && lives == livesAtStart;
      changed.signalAll();
      return ending;
    } finally {
      lock.unlock();
    }
  }

  /** Called by the pump when the driver has taken more, up to output of a time. */
  void carried(long time) {
    lock.lock();
    try {
      version++;
      carriedTime = time;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Called by the pump at its end.
   *
   * @param complete whether the driver has all that was in the journal
   */
  void ended(boolean complete) {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    end.complete(complete);
  }

  /** Called by the pump: waits for the time to pass or an order other than {@link Order#RUN}. */
  void awaitOrder(Duration limit) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = limit.toNanos();
      while (order == Order.RUN && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives the pump its last order. One to finish is not taken back by one to stop.
   *
   * @return completed when the pump has ended, with whether the driver has everything
   */
  CompletableFuture<Boolean> end(Order last) {
    lock.lock();
    try {
      if (order != Order.FINISH) {
        order = last;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    wakePump.run();
    return end;
  }

  /**
   * Takes the last order back: the container runs again.
   *
   * @return false when it is too late
   */
  boolean goOn() {
    lock.lock();
    try {
      if (ending || ended) {
        return false;
      }
      order = Order.RUN;
      lives++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until all output of before this call is with the driver, or the driver fails or takes
   * nothing for a while.
   */
  void catchUp() throws InterruptedException {
    Instant now = Instant.now();
    long time = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    lock.lockInterruptibly();
    long pass;
    try {
      pass = passesBegun + 1;
    } finally {
      lock.unlock();
    }
    wakePump.run();
    lock.lockInterruptibly();
    try {
      long seen = version;
      long left = PATIENCE.toNanos();
      while (!ended && passesEnded < pass && carriedTime <= time && !failing && left > 0) {
        left = changed.awaitNanos(left);
        if (version != seen) {
          seen = version;
          left = PATIENCE.toNanos();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Grows whenever the driver has taken more. */
  long version() {
    lock.lock();
    try {
      return version;
    } finally {
      lock.unlock();
    }
  }

  /** Whether no output will come any more. */
  boolean isEnded() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until the driver has taken more than at a version, the pump has ended, the time is over,
   * or the caller was {@link #wake cancelled}.
   */
  void awaitChange(long seen, long nanos, BooleanSupplier cancelled) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (version == seen && !ended && left > 0 && !cancelled.getAsBoolean()) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
