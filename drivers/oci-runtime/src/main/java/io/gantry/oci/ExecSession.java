package io.gantry.oci;

import io.gantry.linux.process.Children;
import io.gantry.linux.process.PidFd;
import io.gantry.plugins.runtime.Attachment;
import io.gantry.plugins.runtime.Exec;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * An exec and its monitor. The exit code comes over the monitor's sync pipe, or, to a daemon that came later or when the monitor was killed, from its exit file.
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
  private final ControlPipe control;
  private final CompletableFuture<Integer> exit = new CompletableFuture<>();

  ExecSession(
      String containerId,
      Path directory,
      int pid,
      Optional<PidFd> process,
      Optional<Attachment> streams) {
    this.containerId = containerId;
    this.directory = directory;
    this.pid = pid;
    this.process = process;
    this.streams = streams;
    this.control = new ControlPipe(directory);
  }

  /** Waits, on a virtual thread, for the exit code on the pipe; then closes the pipes. */
  void follow(Conmon.ExecPipes pipes, Optional<PidFd> monitor, Runnable ended) {
    Thread.ofVirtual()
        .name("exec " + directory.getFileName())
        .start(
            () -> {
              try (pipes) {
                Optional<Conmon.Message> last = pipes.message();
                finish(
                    last.isPresent() && last.get().data() >= 0
                        ? last.get().data()
                        : recorded(),
                    ended);
                reap(monitor);
              } catch (IOException e) {
                LOG.log(Level.WARNING, "the end of exec " + directory.getFileName(), e);
                finish(UNKNOWN, ended);
              }
            });
  }

  /** Waits for the end of a monitor that an earlier daemon started. */
  void follow(PidFd monitor, Runnable ended) throws IOException {
    monitor.onExit(
        () -> {
          monitor.close();
          Thread.startVirtualThread(() -> finish(recorded(), ended));
        });
  }

  /** Tells an exit that came while no daemon was there. */
  void finish() {
    finish(recorded(), () -> {});
  }

  private void finish(int code, Runnable ended) {
    process.ifPresent(PidFd::close);
    try {
      ended.run();
    } finally {
      exit.complete(code);
    }
  }

  private int recorded() {
    try {
      return Conmon.number(directory.resolve("exit").resolve(containerId)).orElse(UNKNOWN);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the exit code of exec " + directory.getFileName(), e);
      return UNKNOWN;
    }
  }

  private void reap(Optional<PidFd> monitor) throws IOException {
    if (monitor.isPresent()) {
      try (PidFd last = monitor.get()) {
        if (last.await(MONITOR_END)) {
          var unused = Children.reap(last.pid());
        }
      }
    }
    Layout.removeTree(directory);
  }

  /** The daemon stops: nobody waits any more. */
  void abandon() {
    process.ifPresent(PidFd::close);
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
  public void signal(int signal) {
    if (process.isEmpty() || exit.isDone()) {
      return;
    }
    try {
      var unused = process.get().signal(signal);
    } catch (java.nio.channels.ClosedChannelException e) {
      LOG.log(Level.TRACE, "ended meanwhile", e);
    } catch (IOException e) {
      throw Failures.system("signal exec " + directory.getFileName(), e);
    }
  }

  @Override
  public void resize(int rows, int columns) {
    try {
      var unused = control.resize(rows, columns);
    } catch (IOException e) {
      throw Failures.system("resize the terminal of exec " + directory.getFileName(), e);
    }
  }
}
