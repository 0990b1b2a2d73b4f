package io.gantry.container;

import io.gantry.container.index.ContainerEvents;
import io.gantry.container.index.ContainerHandle;
import io.gantry.container.index.ContainerStore;
import io.gantry.container.record.Container;
import io.gantry.container.record.Status;
import io.gantry.error.EngineException;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.runtime.RuntimeDriver;
import java.util.concurrent.CompletableFuture;
import org.springframework.stereotype.Component;

/**
 * Freezes running containers: for users, which their record says, and while an image is made of
 * them, which it does not. Whatever ends a container meanwhile thaws it, and a daemon that finds a
 * container frozen that no user has paused lets it go on.
 */
@Component
final class Freezer {

  private final RuntimeDriver runtime;
  private final ContainerStore store;
  private final ContainerEvents events;

  Freezer(RuntimeDriver runtime, ContainerStore store, ContainerEvents events) {
    this.runtime = runtime;
    this.store = store;
    this.events = events;
  }

  /** A user pauses a container. */
  void pause(ContainerHandle handle) {
    handle.lock.lock();
    try {
      Container container = handle.current();
      if (!container.state().isRunning()) {
        throw EngineException.conflict("container " + container.id() + " is not running");
      }
      if (container.state().status() == Status.PAUSED) {
        throw EngineException.conflict("container " + container.id() + " is already paused");
      }
      if (handle.freezes() == 0) {
        runtime.pause(container.id());
      }
      FailPoint.hit("container.pause.frozen");
      record(handle, Status.PAUSED).join();
      events.publish(container, "pause");
    } finally {
      handle.lock.unlock();
    }
  }

  /** A user lets a container go on: at once, or when the image is made. */
  void unpause(ContainerHandle handle) {
    handle.lock.lock();
    try {
      Container container = handle.current();
      if (container.state().status() != Status.PAUSED) {
        throw EngineException.system("Container " + container.id() + " is not paused", null);
      }
      if (handle.freezes() == 0) {
        runtime.resume(container.id());
        handle.thawed();
      }
      FailPoint.hit("container.unpause.thawed");
      var _ = record(handle, Status.RUNNING);
      events.publish(container, "unpause");
    } finally {
      handle.lock.unlock();
    }
  }

  private CompletableFuture<Integer> record(ContainerHandle handle, Status status) {
    Container container = handle.current();
    Container now = container.with(container.state().with(status));
    handle.publish(now);
    return store.updateLater(now);
  }

  /** Thaws what it froze. */
  interface Frozen extends AutoCloseable {
    @Override
    void close();
  }

  /** Freezes a container that runs and is not paused, for the time an image is made of it. */
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
        handle.thawed();
        events.publish(handle.current(), "unpause");
      }
    } finally {
      handle.lock.unlock();
    }
  }
}
