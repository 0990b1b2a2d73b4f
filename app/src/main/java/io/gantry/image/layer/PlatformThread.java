package io.gantry.image.layer;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs work that computes long or makes many calls that block in the kernel on a thread of its own,
 * while a virtual thread waits: the few carriers of the virtual threads stay free for the requests.
 */
public final class PlatformThread {

  private PlatformThread() {}

  /** Runs and waits. An interrupt of the caller interrupts the work and is waited out. */
  public static <T extends @Nullable Object> T call(String name, Callable<T> work)
      throws Exception {
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
          throw failure(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static Exception failure(ExecutionException e) {
    Throwable cause = e.getCause();
    if (cause instanceof Exception known) {
      return known;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return new CompletionException(cause);
  }
}
