package io.gantry.container.exec;

import io.gantry.container.index.ContainerEvents;
import io.gantry.container.index.ContainerPaths;
import io.gantry.container.index.Containers;
import io.gantry.container.index.Links;
import io.gantry.container.record.Container;
import io.gantry.container.record.ExecConfig;
import io.gantry.container.record.ExecConfig.ConsoleSize;
import io.gantry.container.record.Status;
import io.gantry.container.spec.ExecProcess;
import io.gantry.container.stream.ProcessStreams;
import io.gantry.error.EngineException;
import io.gantry.id.Ids;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.runtime.Exec;
import io.gantry.plugins.runtime.ExecSpec;
import io.gantry.plugins.runtime.LaunchException;
import io.gantry.plugins.runtime.RuntimeDriver;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Further processes in running containers. They are known until their container is removed, or some
 * minutes after they have ended, also to a daemon that comes later: it learns their exit codes, but
 * their output cannot be had again.
 */
@Component
public final class ExecService {

  /** How long who resizes a terminal waits for the start. */
  private static final long START_SECONDS = 10;

  private static final Logger log = LoggerFactory.getLogger(ExecService.class);
  private static final Duration KEPT = Duration.ofMinutes(5);
  private static final int KILL = 9;
  private static final int STOP = 19;
  private static final int KILLED = 128 + KILL;

  private final Containers containers;
  private final RuntimeDriver runtime;
  private final ExecProcess processes;
  private final Links links;
  private final ContainerEvents events;
  private final ContainerPaths paths;
  private final ExecRecords records;
  private final ConcurrentMap<String, ExecSession> sessions = new ConcurrentHashMap<>();

  public ExecService(
      Containers containers,
      RuntimeDriver runtime,
      ExecProcess processes,
      Links links,
      ContainerEvents events,
      ContainerPaths paths) {
    this.containers = containers;
    this.runtime = runtime;
    this.processes = processes;
    this.links = links;
    this.events = events;
    this.paths = paths;
    this.records = new ExecRecords(paths.execs());
  }

  /** Takes over what earlier daemons started in containers that still run. */
  public void adopt() {
    for (ExecRecords.Entry known : records.all()) {
      Optional<Container> container =
          containers.find(known.containerId()).filter(now -> now.state().isRunning());
      if (container.isEmpty()) {
        records.delete(known.id());
        continue;
      }
      ExecSession session = new ExecSession(known);
      sessions.put(session.id(), session);
      adopt(session, container.get());
    }
  }

  /** Takes over what runs in a container of which the runtime had nothing to say until now. */
  public void adopt(Container container) {
    sessions.values().stream()
        .filter(session -> session.containerId().equals(container.id()))
        .filter(session -> session.process().isEmpty())
        .forEach(session -> adopt(session, container));
  }

  private void adopt(ExecSession session, Container container) {
    if (session.exitCode().isPresent()) {
      return;
    }
    try {
      runtime
          .findExec(container.id(), session.id())
          .ifPresent(process -> goOn(session, container, process));
    } catch (DriverException e) {
      if (e.kind() != DriverException.Kind.NOT_FOUND) {
        throw e;
      }
      log.warn("Exec {} runs in a container of which nothing is known yet", session.id());
    }
  }

  private void goOn(ExecSession session, Container container, Exec process) {
    session.running(process);
    process.exit().thenAccept(code -> ended(session, container, code));
    if (session.isProbe()) {
      // the daemon that wanted to know is gone, and so is the time limit it had set
      kill(session.id());
    }
  }

  /** Notes what is to run; returns its id. */
  public String create(String reference, ExecConfig config) {
    return create(reference, config, false);
  }

  /** Notes a health check, which is ended when the daemon that asks for it is. */
  public String createProbe(String reference, ExecConfig config) {
    return create(reference, config, true);
  }

  private String create(String reference, ExecConfig config, boolean probe) {
    Container container = containers.get(reference);
    requireRunning(container);
    if (config.cmd().isEmpty()) {
      throw EngineException.invalid("No exec command specified");
    }
    if (!probe) {
      links.requireLinksRun(container);
    }
    forgetOld();
    String id = Ids.random();
    ExecSession session = new ExecSession(id, container.id(), config, probe);
    sessions.put(id, session);
    records.write(session.entry());
    if (containers.find(container.id()).isEmpty()) {
      // removed meanwhile, by one who may have looked for its execs before
      sessions.remove(id);
      records.delete(id);
      throw EngineException.notFound("No such container: " + reference);
    }
    events.publish(container, action("exec_create", config), Map.of("execID", id));
    return id;
  }

  /** As dockerd spells it: a space follows the program also when it has no arguments. */
  private static String action(String what, ExecConfig config) {
    List<String> arguments = config.cmd().subList(1, config.cmd().size());
    return what + ": " + config.cmd().getFirst() + " " + String.join(" ", arguments);
  }

  private static void requireRunning(Container container) {
    Status status = container.state().status();
    if (status == Status.PAUSED) {
      throw EngineException.conflict(
          "Container %s is paused, unpause the container before exec".formatted(container.id()));
    }
    if (status == Status.RESTARTING) {
      throw EngineException.conflict(
          "Container %s is restarting, wait until the container is running"
              .formatted(container.id()));
    }
    if (status != Status.RUNNING) {
      throw EngineException.conflict("container " + container.id() + " is not running");
    }
  }

  private void forgetOld() {
    Instant limit = Instant.now().minus(KEPT);
    forget(session -> session.endedBefore(limit));
  }

  private void forget(Predicate<ExecSession> which) {
    for (ExecSession session : sessions.values()) {
      if (which.test(session) && sessions.remove(session.id(), session)) {
        records.delete(session.id());
      }
    }
  }

  /** The exec of that id; NOT_FOUND when there is none. */
  public ExecSession get(String id) {
    ExecSession session = sessions.get(id);
    if (session == null) {
      throw EngineException.notFound("No such exec instance: " + id);
    }
    return session;
  }

  /** The ids of the execs of a container that have not ended. */
  public List<String> running(String containerId) {
    return sessions.values().stream()
        .filter(session -> session.containerId().equals(containerId))
        .filter(session -> session.exitCode().isEmpty())
        .map(ExecSession::id)
        .toList();
  }

  /** Checks that {@link #start} may be called: not started before, container running. */
  public ExecSession ready(String id) {
    ExecSession session = get(id);
    requireRunning(containers.get(session.containerId()));
    return session;
  }

  /**
   * Starts it and connects the client to its streams. A program that cannot be run is told there,
   * as Docker does; its exit code is then 126 or 127.
   */
  public ProcessStreams start(String id, Optional<ConsoleSize> size) {
    ExecSession session = ready(id);
    ExecStreams streams = new ExecStreams(session.config(), paths.spill());
    try {
      launch(session, size, streams, true);
    } catch (LaunchException e) {
      streams.failed(String.valueOf(e.getMessage()));
    }
    return streams;
  }

  /** Starts it without a client. */
  public void startDetached(String id, Optional<ConsoleSize> size) {
    ExecSession session = ready(id);
    launch(session, size, new ExecStreams(session.config(), paths.spill()), false);
  }

  private void launch(
      ExecSession session, Optional<ConsoleSize> size, ExecStreams streams, boolean connect) {
    if (!session.begin()) {
      throw EngineException.conflict("exec command " + session.id() + " is already running");
    }
    Container container = containers.get(session.containerId());
    ExecConfig config = size.isPresent() ? session.config().with(size) : session.config();
    try {
      ExecSpec spec =
          new ExecSpec(
              session.id(),
              processes.build(
                  container,
                  config,
                  links.linkEnvironment(container),
                  paths.rootfs(container.id())),
              config.tty(),
              connect && config.attachStdin(),
              connect && (config.attachStdout() || config.attachStderr()));
      Exec process = runtime.exec(container.id(), spec, streams);
      session.running(process);
      process.streams().ifPresent(streams::connected);
      if (process.streams().isEmpty()) {
        streams.end();
      }
      events.publish(container, action("exec_start", config), Map.of("execID", session.id()));
      session.over().thenRun(streams::exited);
      process.exit().thenAccept(code -> ended(session, container, code));
    } catch (LaunchException e) {
      failed(session, e.exitCode());
      throw e;
    } catch (RuntimeException e) {
      failed(session, 126);
      throw e;
    }
  }

  private void failed(ExecSession session, int exitCode) {
    if (session.ended(exitCode)) {
      records.write(session.entry());
      session.over().complete(null);
    }
  }

  private void ended(ExecSession session, Container container, int exitCode) {
    if (!session.ended(exitCode)) {
      return;
    }
    records.write(session.entry());
    events.publish(
        container,
        "exec_die",
        Map.of("execID", session.id(), "exitCode", Integer.toString(exitCode)));
    session.over().complete(null);
  }

  /** Its client has left by the detach keys. */
  public void detached(ExecSession session) {
    events.publish(
        containers.get(session.containerId()), "exec_detach", Map.of("execID", session.id()));
  }

  /**
   * Sets the size of its terminal. Clients ask for that while the process starts: waits for it, as
   * long as dockerd does.
   */
  public void resize(String id, int rows, int columns) {
    ExecSession session = get(id);
    boolean begun =
        session.begun().copy().completeOnTimeout(false, START_SECONDS, TimeUnit.SECONDS).join();
    if (!begun) {
      throw EngineException.system("timeout waiting for exec session ready", null);
    }
    Exec process =
        session
            .process()
            .filter(running -> session.isRunning())
            .orElseThrow(() -> EngineException.conflict("exec process " + id + " is not running"));
    process.resize(rows, columns);
  }

  /** Ends it and what it started by SIGKILL, if it runs. */
  public void kill(String id) {
    get(id)
        .process()
        .ifPresent(
            process -> {
              // stopped, it starts no more while its children are looked for, and keeps its number
              if (process.signal(STOP)) {
                killDescendants(process.pid());
                var _ = process.signal(KILL);
              }
            });
  }

  /** The youngest first, until there are no more: whoever is found may have started others. */
  private static void killDescendants(long pid) {
    // the dead stay in the table while their parent, which is stopped, does not look
    Set<ProcessHandle> killed = new HashSet<>();
    List<ProcessHandle> found;
    do {
      found =
          ProcessHandle.of(pid).stream()
              .flatMap(ProcessHandle::descendants)
              .filter(killed::add)
              .toList();
      found.reversed().forEach(ProcessHandle::destroyForcibly);
    } while (!found.isEmpty());
  }

  /** The container has ended, and all that ran in it: nobody has to wait for a monitor's word. */
  public void containerEnded(Container container) {
    for (ExecSession session : sessions.values()) {
      if (session.containerId().equals(container.id()) && session.process().isPresent()) {
        ended(session, container, KILLED);
      }
    }
  }

  /** A health check has been evaluated; one that still runs is forgotten later, as any exec. */
  public void forgetProbe(String id) {
    if (get(id).exitCode().isPresent()) {
      sessions.remove(id);
      records.delete(id);
    }
  }

  /** The container is removed. */
  public void containerRemoved(String containerId) {
    forget(session -> session.containerId().equals(containerId));
  }
}
