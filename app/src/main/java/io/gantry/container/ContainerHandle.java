package io.gantry.container;

import io.gantry.container.stream.ContainerStreams;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A container's place in memory: the current record, which readers take without a lock; the lock of
 * those who change it; and who waits for its end.
 */
final class ContainerHandle {

  /** Held by whoever changes the container. Nobody holds two of these. */
  final ReentrantLock lock = new ReentrantLock();

  /** Completed, once, when the container is gone. */
  final CompletableFuture<State> removed = new CompletableFuture<>();

  /** How long to wait before the restart policy starts it again. Used under the lock. */
  final RestartDelay restartDelay = new RestartDelay();

  private final String id;
  private volatile Container current;
  private volatile CompletableFuture<State> exit = new CompletableFuture<>();
  private @Nullable ContainerStreams streams;
  private @Nullable Future<?> restart;
  private volatile boolean keepOnExit;

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

  /** The streams of the current or next run, made when somebody needs them. Under the lock. */
  ContainerStreams streams(Supplier<ContainerStreams> fresh) {
    ContainerStreams current = streams;
    if (current == null) {
      current = fresh.get();
      streams = current;
    }
    return current;
  }

  /** The streams, if anybody needed them, which the next run does not share. Under the lock. */
  Optional<ContainerStreams> takeStreams() {
    Optional<ContainerStreams> taken = Optional.ofNullable(streams);
    streams = null;
    return taken;
  }

  /** A restart is due. Under the lock. */
  void restartLater(Future<?> pending) {
    restart = pending;
  }

  /** Calls a restart off that is due. Under the lock. */
  void cancelRestart() {
    if (restart != null) {
      restart.cancel(false);
      restart = null;
    }
  }

  /** Whether the container is about to be started again, so that its end does not remove it. */
  void keepOnExit(boolean keep) {
    keepOnExit = keep;
  }

  boolean isKeptOnExit() {
    return keepOnExit;
  }
}
