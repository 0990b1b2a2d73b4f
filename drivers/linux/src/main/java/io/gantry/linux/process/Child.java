package io.gantry.linux.process;

import io.gantry.linux.poll.Poller;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/**
 * A process that {@link Launcher} started. It is reaped as soon as it ends, whether or not anybody
 * waits.
 */
public final class Child {

  private final int pid;
  private final CompletableFuture<WaitStatus> exit = new CompletableFuture<>();

  private Child(int pid) {
    this.pid = pid;
  }

  static Child watch(Poller poller, int pid, IntConsumer reaped) throws IOException {
    Child child = new Child(pid);
    PidFd pidFd =
        PidFd.open(poller, pid)
            .orElseThrow(() -> new IOException("process " + pid + " was reaped by a stranger"));
    pidFd.onExit(
        () -> {
          var status = Children.reap(pid);
          reaped.accept(pid);
          pidFd.close();
          if (status.isPresent()) {
            child.exit.complete(status.get());
          } else {
            child.exit.completeExceptionally(
                new IOException("process " + pid + " is no longer watched"));
          }
        });
    return child;
  }

  public int pid() {
    return pid;
  }

  /** Completes on the poll thread: dependents that block are to be given an executor. */
  public CompletableFuture<WaitStatus> exit() {
    return exit;
  }
}
