package io.gantry.container;

import io.gantry.container.index.ContainerEvents;
import io.gantry.container.index.ContainerHandle;
import io.gantry.container.record.Status;
import io.gantry.plugins.runtime.RuntimeDriver;
import org.springframework.stereotype.Component;

/**
 * Freezes running containers while an image is made of them. The record does not say so: whatever
 * ends the container meanwhile thaws it, and a daemon that finds a container frozen that no user
 * has paused lets it go on.
 */
@Component
final class Freezer {

  private final RuntimeDriver runtime;
  private final ContainerEvents events;

  Freezer(RuntimeDriver runtime, ContainerEvents events) {
    this.runtime = runtime;
    this.events = events;
  }

  /** Thaws what it froze. */
  interface Frozen extends AutoCloseable {
    @Override
    void close();
  }

  /** Freezes a container that runs and is not paused. */
  Frozen freeze(ContainerHandle handle) {
    handle.lock.lock();
    try {
      if (handle.current().state().status() != Status.RUNNING) {
        return () -> {};
      }
      if (handle.freezes() == 0) {
        runtime.pause(handle.id());
        events.publish(handle.current(), "pause");
      }
      handle.freezes(handle.freezes() + 1);
      return () -> thaw(handle);
    } finally {
      handle.lock.unlock();
    }
  }

  private void thaw(ContainerHandle handle) {
    handle.lock.lock();
    try {
      int left = handle.freezes() - 1;
      if (left < 0) {
        return; // it was to end, and was thawed for that
      }
      handle.freezes(left);
      if (left == 0 && handle.current().state().status() == Status.RUNNING) {
        runtime.resume(handle.id());
        events.publish(handle.current(), "unpause");
      }
    } finally {
      handle.lock.unlock();
    }
  }
}
