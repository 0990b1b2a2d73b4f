package io.gantry.linux;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs work that computes long, or is a system call or many that block in the kernel, on a thread
 * of its own, while a virtual thread waits: the few carriers of the virtual threads stay free for
 * the requests. On a platform thread the work is just done. Costs 50 microseconds.
 */
public final class PlatformThread {

  /** What is to be done. */
  @FunctionalInterface
  public interface Work<T extends @Nullable Object, E extends Exception> {
    T call() throws E;
  }

  /** What is to be done, without a result. */
  @FunctionalInterface
  public interface Task<E extends Exception> {
    void run() throws E;
  }

  private PlatformThread() {}

  /** As {@link #call}. */
  public static <E extends Exception> void run(String name, Task<E> task) throws E {
    PlatformThread.<@Nullable Void, E>call(
        name,
        () -> {
          task.run();
          return null;
        });
  }

  /**
   * Runs and waits. An interrupt of the caller interrupts the work and is waited out.
   *
   * @param name of the thread
   */
  public static <T extends @Nullable Object, E extends Exception> T call(
      String name, Work<T, E> work) throws E {
    if (!Thread.currentThread().isVirtual()) {
      return work.call();
    }
    CompletableFuture<T> done = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .name(name)
            .daemon()
            .start(
                () -> {
                  try {
                    done.complete(work.call());
                  } catch (Throwable e) {
                    done.completeExceptionally(e);
                  }
                });
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return done.get();
        } catch (InterruptedException e) {
          interrupted = true;
          thread.interrupt();
        } catch (ExecutionException e) {
          throw PlatformThread.<E>failure(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The work throws these and no others. */
  @SuppressWarnings("unchecked")
  private static <E extends Exception> E failure(@Nullable Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    if (cause instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    return (E) Objects.requireNonNull(cause);
  }
}
