package io.gantry.container;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A container's place in memory: the current record, which readers take without a lock; the lock of those who change it; and who
 * waits for its end.
 */
final class ContainerHandle {

  /** Held by whoever changes the container. Nobody holds two of these. */
  final ReentrantLock lock = new ReentrantLock();

  /** Completed, once, when the container is gone. */
  final CompletableFuture<State> removed = new CompletableFuture<>();

  private final String id;
  private volatile Container current;
  private volatile CompletableFuture<State> exit = new CompletableFuture<>();

  ContainerHandle(Container container) {
    this.id = container.id();
    this.current = container;
  }

  String id() {
    return id;
  }

  Container current() {
    return current;
  }

  /** Publishes a new record. The caller holds the lock and has handed the record to the store. */
  void publish(Container container) {
    current = container;
  }

  /** Completed when the container ends the next time. */
  CompletableFuture<State> nextExit() {
    return exit;
  }

  /** Tells all who wait for the end. */
  void exited(State state) {
    CompletableFuture<State> waiting = exit;
    exit = new CompletableFuture<>();
    waiting.complete(state);
  }
}
