package io.gantry.oci;

import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.poll.Poller;
import io.gantry.linux.process.Children;
import io.gantry.linux.process.PidFd;
import io.gantry.plugins.runtime.Exit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A created container as this daemon holds it: its processes by pidfd, its control pipe, its
 * connection, its execs. Thread-safe.
 */
final class Container implements AutoCloseable {

  private final ContainerRecord entry;
  private final Path bundle;
  private final OciRuntime runtime;
  private final Cgroup cgroup;
  private final ControlPipe control;
  private final Optional<PidFd> init;
  private final Optional<PidFd> monitor;
  private final Map<String, ExecSession> execs = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable StreamConnection> connection = new AtomicReference<>();
  private final AtomicReference<@Nullable Exit> exit = new AtomicReference<>();
  private volatile boolean initEnded;
  private volatile boolean monitorEnded;
  private volatile boolean removing;

  private Container(
      ContainerRecord entry,
      Path bundle,
      OciRuntime runtime,
      Cgroup cgroup,
      Optional<PidFd> init,
      Optional<PidFd> monitor) {
    this.entry = entry;
    this.bundle = bundle;
    this.runtime = runtime;
    this.cgroup = cgroup;
    this.control = new ControlPipe(bundle);
    this.init = init;
    this.monitor = monitor;
    this.initEnded = init.isEmpty();
    this.monitorEnded = monitor.isEmpty();
    // Should the monitor be killed, it becomes a child of this process.
    init.ifPresent(process -> Children.claim(process.pid()));
  }

  /** Takes hold of the processes of a record. */
  static Container open(
      Poller poller, ContainerRecord entry, Path bundle, OciRuntime runtime, Cgroup cgroup)
      throws IOException {
    Optional<PidFd> init = hold(poller, entry.init());
    try {
      return new Container(entry, bundle, runtime, cgroup, init, hold(poller, entry.monitor()));
    } catch (IOException e) {
      init.ifPresent(PidFd::close);
      throw e;
    }
  }

  private static Optional<PidFd> hold(Poller poller, Optional<ContainerRecord.KnownProcess> process)
      throws IOException {
    if (process.isEmpty()) {
      return Optional.empty();
    }
    Optional<PidFd> held = PidFd.open(poller, process.get().pid());
    // Looked at after it is held: then it is the right one, or was ended and replaced before.
    if (held.isPresent() && !process.get().exists()) {
      held.get().close();
      return Optional.empty();
    }
    return held;
  }

  /** Calls back, on a virtual thread, whenever one of the two processes has ended. */
  void watch(Runnable changed) throws IOException {
    if (init.isPresent()) {
      init.get()
          .onExit(
              () -> {
                initEnded = true;
                Thread.startVirtualThread(changed);
              });
    }
    if (monitor.isPresent()) {
      int pid = monitor.get().pid();
      monitor
          .get()
          .onExit(
              () -> {
                // Ours only if it was started by this daemon.
                var _ = Children.reap(pid);
                monitorEnded = true;
                Thread.startVirtualThread(changed);
              });
    }
  }

  String id() {
    return entry.id();
  }

  ContainerRecord entry() {
    return entry;
  }

  Path bundle() {
    return bundle;
  }

  OciRuntime runtime() {
    return runtime;
  }

  Cgroup cgroup() {
    return cgroup;
  }

  ControlPipe control() {
    return control;
  }

  Map<String, ExecSession> execs() {
    return execs;
  }

  Optional<PidFd> init() {
    return init;
  }

  Optional<PidFd> monitor() {
    return monitor;
  }

  int initPid() {
    return entry.init().map(ContainerRecord.KnownProcess::pid).orElse(0);
  }

  boolean initEnded() {
    return initEnded;
  }

  boolean monitorEnded() {
    return monitorEnded;
  }

  void removing() {
    removing = true;
  }

  boolean isRemoving() {
    return removing;
  }

  /** Notes the exit; true for the first. */
  boolean ended(Exit how) {
    return exit.compareAndSet(null, how);
  }

  Optional<Exit> exit() {
    return Optional.ofNullable(exit.get());
  }

  /** Notes the connection, and closes the one before. */
  void connected(StreamConnection next) {
    StreamConnection before = connection.getAndSet(next);
    if (before != null) {
      before.close();
    }
  }

  /**
   * Waits for the end of the monitor.
   *
   * @return false when the time is over
   */
  boolean awaitMonitor(Poller poller, Duration limit) throws IOException {
    if (monitorEnded || entry.monitor().isEmpty()) {
      return true;
    }
    // A descriptor of its own: the one held here is waited for already.
    Optional<PidFd> held = hold(poller, entry.monitor());
    if (held.isEmpty()) {
      return true;
    }
    try (PidFd process = held.get()) {
      return process.await(limit);
    }
  }

  /**
   * Waits until the output of a container whose monitor has ended is delivered.
   *
   * @return false when the time is over
   */
  boolean awaitOutput(Duration limit) throws IOException {
    StreamConnection last = connection.get();
    return last == null || last.awaitOutput(limit);
  }

  void killMonitor(int signal) throws IOException {
    if (monitor.isPresent() && !monitorEnded) {
      var _ = monitor.get().signal(signal);
    }
  }

  /** Lets go of the processes; they go on. */
  @Override
  public void close() {
    removing = true;
    StreamConnection last = connection.getAndSet(null);
    if (last != null) {
      last.close();
    }
    init.ifPresent(
        process -> {
          Children.release(process.pid());
          process.close();
        });
    monitor.ifPresent(PidFd::close);
    execs.values().forEach(ExecSession::abandon);
  }
}
