package io.gantry.system;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryNotificationInfo;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.management.NotificationEmitter;

/**
 * Gives the heap of a burst back to the host. The serial collector lets the old generation grow to
 * the heap's limit before it looks there for garbage, and hundreds of connections at once leave
 * much: what was theirs survived the small young generation. So when the old generation has grown,
 * it is collected a moment later, when the burst is over, and the JVM unmaps what is free then.
 */
public final class GrownHeap {

  /** How far the old generation may grow before it is worth a pause of some 50 ms; bytes. */
  private static final long GROWTH = 16 << 20;

  private static final Duration BURST = Duration.ofSeconds(3);

  private final MemoryPoolMXBean old;
  private final Executor later;

  private GrownHeap(MemoryPoolMXBean old, Duration burst) {
    this.old = old;
    this.later = CompletableFuture.delayedExecutor(burst.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Watches from now on, for as long as the JVM lives. Costs nothing while nothing grows. */
  public static void watch() {
    watch(BURST);
  }

  static void watch(Duration burst) {
    ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported())
        .findFirst()
        .map(pool -> new GrownHeap(pool, burst))
        .ifPresent(GrownHeap::listen);
  }

  private void listen() {
    NotificationEmitter memory = (NotificationEmitter) ManagementFactory.getMemoryMXBean();
    memory.addNotificationListener(
        (notification, none) -> later.execute(this::collect),
        notification ->
            notification.getType().equals(MemoryNotificationInfo.MEMORY_THRESHOLD_EXCEEDED),
        null);
    expectGrowth();
  }

  private void collect() {
    System.gc();
    expectGrowth();
  }

  private void expectGrowth() {
    long limit = old.getUsage().getMax();
    long next = old.getUsage().getUsed() + GROWTH;
    old.setUsageThreshold(limit < 0 ? next : Math.min(limit, next));
  }
}
