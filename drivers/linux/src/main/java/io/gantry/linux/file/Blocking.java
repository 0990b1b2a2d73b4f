package io.gantry.linux.file;

import io.gantry.linux.ErrnoException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs a system call that may take seconds on a platform thread, so that a virtual thread that
 * waits for it does not hold its carrier.
 */
final class Blocking {

  /** One call that may fail. */
  interface Call {
    void run() throws ErrnoException;
  }

  private Blocking() {}

  static void run(Call call) throws ErrnoException {
    if (!Thread.currentThread().isVirtual()) {
      call.run();
      return;
    }
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              call.run();
              return null;
            });
    Thread.ofPlatform().name("gantry-blocking").daemon().start(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          task.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof ErrnoException errno) {
            throw errno;
          }
          throw new IllegalStateException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
