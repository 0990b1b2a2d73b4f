package io.gantry.linux.process;

import io.gantry.linux.ErrnoException;
import io.gantry.linux.poll.Poller;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * The platform thread that starts programs. It may live in a mount namespace of its own, which what
 * it starts inherits: that is how programs are given a view of the host without one of its mounts.
 * Thread-safe; programs are started one after the other, which takes about a millisecond each.
 */
public final class Launcher implements AutoCloseable {

  /**
   * A mount that started programs do not see.
   *
   * @param mount the mount point
   * @param parent the mount point of the file system it is mounted on
   */
  public record Hidden(Path mount, Path parent) {}

  private final Poller poller;
  private final Optional<Hidden> hidden;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("launcher").daemon().factory());

  private Launcher(Poller poller, Optional<Hidden> hidden) {
    this.poller = poller;
    this.hidden = hidden;
  }

  /**
   * Starts the thread.
   *
   * @param hidden what the programs must not see; empty: they run in the mount namespace of this
   *     process. It is unmounted in the thread's namespace only; other mounts there go on following
   *     those of the host where these are shared
   */
  public static Launcher open(Poller poller, Optional<Hidden> hidden) throws IOException {
    Launcher launcher = new Launcher(poller, hidden);
    try {
      return launcher.run(
          () -> {
            if (ProcessCalls.unshare(ProcessCalls.CLONE_FS) != 0) {
              throw ErrnoException.last("give a thread an umask of its own");
            }
            if (hidden.isPresent()) {
              hide(hidden.get());
            }
            return launcher;
          });
    } catch (IOException e) {
      launcher.close();
      throw e;
    }
  }

  /**
   * A launcher like this one, whose namespace is a copy of the host's as it is now. To be closed
   * after use.
   */
  public Launcher fresh() throws IOException {
    return open(poller, hidden);
  }

  /** Whether programs run in another mount namespace than this process. */
  public boolean hides() {
    return hidden.isPresent();
  }

  public Child start(Command command) throws IOException {
    return run(
        () -> command.umask().isPresent() ? startMasked(command) : Children.start(poller, command));
  }

  /** The thread's umask is its own: see {@link #open}. */
  private Child startMasked(Command command) throws IOException {
    int before = ProcessCalls.umask(command.umask().getAsInt());
    try {
      return Children.start(poller, command);
    } finally {
      var _ = ProcessCalls.umask(before);
    }
  }

  private <T> T run(Callable<T> task) throws IOException {
    CompletableFuture<T> done = new CompletableFuture<>();
    try {
      thread.execute(
          () -> {
            try {
              done.complete(task.call());
            } catch (Exception | Error e) {
              done.completeExceptionally(e);
            }
          });
      return done.join();
    } catch (RejectedExecutionException e) {
      throw new IOException("the launcher is closed", e);
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private static void hide(Hidden hidden) throws IOException {
    if (ProcessCalls.unshare(ProcessCalls.CLONE_NEWNS) != 0) {
      throw ErrnoException.last("make a mount namespace");
    }
    makePrivate(hidden.parent());
    makePrivate(hidden.mount());
    if (ProcessCalls.umount2(hidden.mount().toString(), ProcessCalls.MNT_DETACH) != 0) {
      throw ErrnoException.last("unmount " + hidden.mount() + " in a namespace");
    }
  }

  private static void makePrivate(Path mount) throws IOException {
    if (ProcessCalls.mount("none", mount.toString(), 0, ProcessCalls.MS_PRIVATE, 0) != 0) {
      throw ErrnoException.last("make mount " + mount + " private");
    }
  }

  /** Ends the thread. Programs it started go on. */
  @Override
  public void close() {
    thread.shutdown();
  }
}
