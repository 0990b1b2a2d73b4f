package io.gantry.image.transfer;

import java.util.concurrent.TimeUnit;

/** Lets a progress message through every tenth of a second. For one thread. */
final class Throttle {

  private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(100);

  private long next = System.nanoTime();

  boolean isDue() {
    long now = System.nanoTime();
    if (now - next < 0) {
      return false;
    }
    next = now + INTERVAL;
    return true;
  }
}
