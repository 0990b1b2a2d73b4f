package io.gantry.container.index;

import io.gantry.container.record.Container;
import io.gantry.container.record.State;
import io.gantry.container.record.Status;
import io.gantry.container.stream.ContainerStreams;
import io.gantry.error.EngineException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A container's place in memory: the current record, which readers take without a lock; the lock of
 * those who change it; and who waits for its end.
 */
public final class ContainerHandle {

  /** Held by whoever changes the container. Nobody holds two of these. */
  public final ReentrantLock lock = new ReentrantLock();

  /** Completed, once, when the container is gone. */
  public final CompletableFuture<State> removed = new CompletableFuture<>();

  private final String id;
  private final AtomicReference<Source> current;
  private volatile CompletableFuture<State> exit = new CompletableFuture<>();
  private @Nullable ContainerStreams streams;
  private @Nullable Future<?> restart;
  private boolean usersChoice;
  private final AtomicInteger keepers = new AtomicInteger();
  private volatile int freezes;
  private volatile Instant thawed = Instant.MIN;

  /** Where the current record comes from. */
  private sealed interface Source {

    /** It is in memory. */
    record Memory(Container container) implements Source {}

    /** Nobody asked for it since the daemon started. */
    record Database(Supplier<Container> record) implements Source {}
  }

  public ContainerHandle(Container container) {
    this.id = container.id();
    this.current = new AtomicReference<>(new Source.Memory(container));
  }

  public ContainerHandle(String id, Supplier<Container> record) {
    this.id = id;
    this.current = new AtomicReference<>(new Source.Database(record));
  }

  public String id() {
    return id;
  }

  public Container current() {
    Source source = current.get();
    return switch (source) {
      case Source.Memory(Container container) -> container;
      case Source.Database(Supplier<Container> record) -> {
        Container read = record.get();
        // a newer record may have been published meanwhile
        yield current.compareAndSet(source, new Source.Memory(read)) ? read : current();
      }
    };
  }

  /**
   * For who has waited for the lock, under it.
   *
   * @param reference as the user gave it
   * @throws EngineException NOT_FOUND when the container was removed meanwhile
   */
  public void requireThere(String reference) {
    if (removed.isDone()) {
      throw EngineException.notFound("No such container: " + reference);
    }
  }

  /** Publishes a new record. The caller holds the lock and has handed the record to the store. */
  public void publish(Container container) {
    current.set(new Source.Memory(container));
  }

  /** How many commits keep it frozen now. */
  public int freezes() {
    return freezes;
  }

  /** Changed under the lock. */
  public void freezes(int number) {
    freezes = number;
  }

  /** Its processes, which stood still, have been let go on. */
  public void thawed() {
    thawed = Instant.now();
  }

  /** Whether its processes stand still, by a user's wish or for a commit. */
  public boolean isFrozen() {
    return freezes > 0 || current().state().status() == Status.PAUSED;
  }

  /** Whether its processes have stood still at any time since. */
  public boolean frozenSince(Instant time) {
    return isFrozen() || !thawed.isBefore(time);
  }

  /**
   * Completed when the container ends the next time, or is removed. Who decides by the current
   * record whether to wait takes this first, or holds the lock.
   */
  public CompletableFuture<State> nextExit() {
    return exit;
  }

  /** Tells all who wait for the end. */
  public void exited(State state) {
    CompletableFuture<State> waiting = exit;
    exit = new CompletableFuture<>();
    waiting.complete(state);
  }

  /** The streams of the current or next run, made when somebody needs them. Under the lock. */
  public ContainerStreams streams(Supplier<ContainerStreams> fresh) {
    ContainerStreams current = streams;
    if (current == null) {
      current = fresh.get();
      streams = current;
    }
    return current;
  }

  /** The streams, if anybody needed them, which the next run does not share. Under the lock. */
  public Optional<ContainerStreams> takeStreams() {
    Optional<ContainerStreams> taken = Optional.ofNullable(streams);
    streams = null;
    return taken;
  }

  /** A restart is due. Under the lock. */
  public void restartLater(Future<?> pending) {
    restart = pending;
  }

  /**
   * A user starts, ends or removes the container: calls a restart off that is due. Under the lock.
   */
  public void cancelRestart() {
    usersChoice = true;
    if (restart != null) {
      restart.cancel(false);
      restart = null;
    }
  }

  /**
   * Whether a user has started, ended or removed it since the daemon came: what the last daemon
   * left to be done with it is out of date. Under the lock.
   */
  public boolean isUsersChoice() {
    return usersChoice;
  }

  /** The container is about to be started again: its end does not remove it until then. */
  public void keepOnExit() {
    keepers.incrementAndGet();
  }

  /** Takes one {@link #keepOnExit} back; there may be others. */
  public void releaseOnExit() {
    keepers.decrementAndGet();
  }

  public boolean isKeptOnExit() {
    return keepers.get() > 0;
  }
}
