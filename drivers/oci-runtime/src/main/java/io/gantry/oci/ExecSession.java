package io.gantry.oci;

import io.gantry.linux.file.Directory;
import io.gantry.linux.process.Children;
import io.gantry.linux.process.PidFd;
import io.gantry.linux.process.WaitStatus;
import io.gantry.plugins.runtime.Attachment;
import io.gantry.plugins.runtime.Exec;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * An exec and its monitor. The exit code comes over the monitor's sync pipe, or, to a daemon that
 * came later or when the monitor was killed, from its exit file.
 */
final class ExecSession implements Exec {

  private static final Logger LOG = System.getLogger(ExecSession.class.getName());
  private static final int UNKNOWN = 255;
  private static final Duration MONITOR_END = Duration.ofSeconds(10);

  private final String containerId;
  private final Path directory;
  private final int pid;
  private final Optional<PidFd> process;
  private final Optional<Attachment> streams;
  private final Optional<PidFd> monitor;
  private final CompletableFuture<Integer> exit = new CompletableFuture<>();

  ExecSession(
      String containerId,
      Path directory,
      int pid,
      Optional<PidFd> process,
      Optional<PidFd> monitor,
      Optional<Attachment> streams) {
    this.containerId = containerId;
    this.directory = directory;
    this.pid = pid;
    this.process = process;
    this.streams = streams;
    this.monitor = monitor;
    process.ifPresent(p -> Children.claim(p.pid()));
  }

  /**
   * Waits, on a virtual thread, for the exit code on the pipe; then closes the pipes.
   *
   * @param ended is run before the exit is told
   */
  void follow(Conmon.ExecPipes pipes, Runnable ended) {
    inBackground(
        () -> {
          try (pipes) {
            Optional<Conmon.Message> last = pipes.message();
            boolean told = last.isPresent() && last.get().data() >= 0;
            finish(told ? last.get().data() : withoutMonitor(), ended);
          }
          reapMonitor();
          Directory.deleteTree(directory);
        });
  }

  /** Waits for the end of a monitor that an earlier daemon started. */
  void follow(Runnable ended) {
    inBackground(
        () -> {
          if (monitor.isPresent()) {
            try (PidFd last = monitor.get()) {
              last.await();
            }
          }
          finish(withoutMonitor(), ended);
        });
  }

  private interface Task {
    void run() throws IOException;
  }

  private void inBackground(Task task) {
    Thread.ofVirtual()
        .name("exec " + directory.getFileName())
        .start(
            () -> {
              try {
                task.run();
              } catch (ClosedChannelException e) {
                exit.completeExceptionally(e);
              } catch (IOException | RuntimeException e) {
                LOG.log(Level.WARNING, "the end of exec " + directory.getFileName(), e);
                exit.completeExceptionally(e);
              }
            });
  }

  private void letGo() {
    if (process.isPresent()) {
      Children.release(process.get().pid());
      process.get().close();
    }
  }

  private void finish(int code, Runnable ended) {
    letGo();
    try {
      ended.run();
    } finally {
      exit.complete(code);
    }
  }

  /**
   * The exit code, once the monitor has ended. Where that was killed, the process is this daemon's
   * child now: it is waited for, and reaped, without which its container could not end.
   */
  private int withoutMonitor() throws IOException {
    Optional<Integer> recorded = Conmon.number(directory.resolve("exit").resolve(containerId));
    if (recorded.isPresent()) {
      return recorded.get();
    }
    if (process.isEmpty()) {
      return UNKNOWN;
    }
    process.get().await();
    Optional<WaitStatus> status = Children.reap(pid);
    if (status.isEmpty()) {
      status = process.get().exitStatus();
    }
    return status.map(WaitStatus::exitCode).orElse(UNKNOWN);
  }

  private void reapMonitor() throws IOException {
    if (monitor.isPresent()) {
      try (PidFd last = monitor.get()) {
        if (last.await(MONITOR_END)) {
          var _ = Children.reap(last.pid());
        }
      }
    }
  }

  /** The daemon stops: nobody waits any more. */
  void abandon() {
    letGo();
    monitor.ifPresent(PidFd::close);
    streams.ifPresent(Attachment::close);
  }

  @Override
  public int pid() {
    return pid;
  }

  @Override
  public Optional<Attachment> streams() {
    return streams;
  }

  @Override
  public CompletableFuture<Integer> exit() {
    return exit;
  }

  @Override
  public boolean signal(int signal) {
    if (process.isEmpty() || exit.isDone()) {
      return false;
    }
    try {
      return process.get().signal(signal);
    } catch (ClosedChannelException e) {
      LOG.log(Level.TRACE, "ended meanwhile", e);
      return false;
    } catch (IOException e) {
      throw Failures.system("signal exec " + directory.getFileName(), e);
    }
  }

  @Override
  public void resize(int rows, int columns) {
    try {
      ControlPipe.resize(monitor, rows, columns);
    } catch (ClosedChannelException e) {
      LOG.log(Level.TRACE, "ended meanwhile", e);
    } catch (IOException e) {
      throw Failures.system("resize the terminal of exec " + directory.getFileName(), e);
    }
  }
}
