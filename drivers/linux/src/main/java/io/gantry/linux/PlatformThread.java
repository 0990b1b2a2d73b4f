package io.gantry.linux;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs work that computes long, or is a system call or many that block in the kernel, on a platform
 * thread, while a virtual thread waits: the few carriers of the virtual threads stay free for the
 * requests. On a platform thread the work is just done. There are as many threads as work; one that
 * is done waits a few seconds for more, since making a thread costs more than most of the work.
 */
public final class PlatformThread {

  private static final int IDLE_SECONDS = 5;
  private static final String IDLE = "platform-idle";

  private static final ExecutorService THREADS =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().name(IDLE).daemon().factory());

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
    Job<T> job = new Job<>(name, work);
    THREADS.execute(job);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return job.done.get();
        } catch (InterruptedException e) {
          interrupted = true;
          job.interrupt();
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

  /** Work on its thread, which can be interrupted as long as it is at this work. */
  private static final class Job<T extends @Nullable Object> implements Runnable {

    final CompletableFuture<T> done = new CompletableFuture<>();
    private final String name;
    private final Work<T, ?> work;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread thread;
    private boolean interrupted;

    Job(String name, Work<T, ?> work) {
      this.name = name;
      this.work = work;
    }

    @Override
    public void run() {
      Thread own = Thread.currentThread();
      own.setName(name);
      at(own);
      try {
        T result = work.call();
        at(null);
        done.complete(result);
      } catch (Throwable e) {
        at(null);
        done.completeExceptionally(e);
      } finally {
        own.setName(IDLE);
      }
    }

    private void at(@Nullable Thread now) {
      lock.lock();
      try {
        thread = now;
        if (now == null) {
          var _ = Thread.interrupted(); // is not the next work's
        } else if (interrupted) {
          now.interrupt();
        }
      } finally {
        lock.unlock();
      }
    }

    void interrupt() {
      lock.lock();
      try {
        interrupted = true;
        if (thread != null) {
          thread.interrupt();
        }
      } finally {
        lock.unlock();
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
