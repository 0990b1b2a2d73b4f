package io.gantry.image.transfer;

import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/** How many may work at once; the number can be changed while they do. First come, first served. */
public final class Slots extends Semaphore {

  private static final long serialVersionUID = 1L;

  private final ReentrantLock lock = new ReentrantLock();
  private int size;

  public Slots(int size) {
    super(size, true);
    this.size = size;
  }

  /** Who has a slot keeps it. */
  public void resize(int wanted) {
    lock.lock();
    try {
      if (wanted > size) {
        release(wanted - size);
      } else {
        reducePermits(size - wanted);
      }
      size = wanted;
    } finally {
      lock.unlock();
    }
  }
}
