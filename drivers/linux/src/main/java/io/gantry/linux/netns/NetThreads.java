package io.gantry.linux.netns;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads for calls that wait in the kernel's network configuration or change the calling
 * thread's namespace. Few, and gone a while after the last use. Tasks must be short and must not
 * wait for each other.
 */
public final class NetThreads {

  private static final int COUNT = 4;

  private static final ThreadPoolExecutor THREADS = pool();

  private NetThreads() {}

  private static final ThreadLocal<Boolean> RETIRED = ThreadLocal.withInitial(() -> false);

  private static ThreadPoolExecutor pool() {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            COUNT,
            COUNT,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            // nothing of whoever happens to be the first caller, neither its class loader
            Thread.ofPlatform()
                .name("net-", 0)
                .daemon()
                .inheritInheritableThreadLocals(false)
                .factory()) {
          @Override
          protected void afterExecute(Runnable task, @Nullable Throwable failure) {
            if (RETIRED.get()) {
              throw new IllegalStateException(
                  "a thread that is lost in another network namespace ends");
            }
          }
        };
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** The calling thread serves no further task. */
  static void retire() {
    RETIRED.set(true);
  }

  /**
   * Runs the task on one of the threads and waits for it, also when the caller is interrupted: the
   * task is then finished first.
   */
  public static <T> T call(Callable<T> task) throws IOException {
    Future<T> running = THREADS.submit(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return running.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          switch (e.getCause()) {
            case IOException cause -> throw cause;
            case RuntimeException cause -> throw cause;
            case Error cause -> throw cause;
            case null, default -> throw new IOException(e.getCause());
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
