package io.gantry.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrownHeapTest {

  private static final int MIB = 1 << 20;

  /** Nothing else collects the old generation in so short a time: it is far from its limit. */
  @Test
  void whatABurstLeftInTheOldGenerationIsCollected() throws Exception {
    System.gc();
    GrownHeap.watch(Duration.ofSeconds(2));

    WeakReference<List<byte[]>> burst = burst();

    Instant limit = Instant.now().plusSeconds(30);
    while (burst.get() != null && Instant.now().isBefore(limit)) {
      Thread.sleep(50);
    }
    assertThat(burst.get()).isNull();
  }

  /** What survives a full collection is in the old generation when it becomes garbage. */
  private static WeakReference<List<byte[]>> burst() {
    List<byte[]> kept = new ArrayList<>();
    for (int i = 0; i < 64 * 16; i++) {
      kept.add(new byte[MIB / 16]);
    }
    System.gc();
    return new WeakReference<>(kept);
  }
}
