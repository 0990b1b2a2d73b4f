package io.gantry.container;

import io.gantry.container.hook.ContainerHooks;
import io.gantry.container.index.ContainerEvents;
import io.gantry.container.index.ContainerHandle;
import io.gantry.container.index.ContainerPaths;
import io.gantry.container.index.ContainerStore;
import io.gantry.container.index.Containers;
import io.gantry.container.mount.ContainerMounts;
import io.gantry.container.mount.SharedMemory;
import io.gantry.container.record.Container;
import io.gantry.container.record.HostConfig;
import io.gantry.container.record.Restarts;
import io.gantry.container.record.State;
import io.gantry.container.record.Status;
import io.gantry.container.record.Step;
import io.gantry.container.spec.OciSpec;
import io.gantry.container.spec.SpecInputs;
import io.gantry.container.stream.ContainerStreams;
import io.gantry.error.EngineException;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.runtime.ContainerSpec;
import io.gantry.plugins.runtime.Created;
import io.gantry.plugins.runtime.LaunchException;
import io.gantry.plugins.runtime.RuntimeDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Brings a container to run: file system, network, mounts, processes, streams, in this order, with
 * the intent recorded first. A start that fails takes back what it did. The caller holds the
 * container's lock.
 */
@Component
final class ContainerLauncher {

  private static final Logger log = LoggerFactory.getLogger(ContainerLauncher.class);

  private final Containers containers;
  private final ContainerStore store;
  private final ContainerTeardown teardown;
  private final RootFileSystems roots;
  private final ContainerNetworks networks;
  private final ContainerLinks links;
  private final ContainerMounts mounts;
  private final SharedMemory sharedMemory;
  private final OciSpec specs;
  private final ContainerHooks hooks;
  private final RuntimeDriver runtime;
  private final ContainerLogging logs;
  private final ContainerEvents events;
  private final ContainerPaths paths;
  private final HealthMonitor health;

  ContainerLauncher(
      Containers containers,
      ContainerStore store,
      ContainerTeardown teardown,
      RootFileSystems roots,
      ContainerNetworks networks,
      ContainerLinks links,
      ContainerMounts mounts,
      SharedMemory sharedMemory,
      OciSpec specs,
      ContainerHooks hooks,
      RuntimeDriver runtime,
      ContainerLogging logs,
      ContainerEvents events,
      ContainerPaths paths,
      HealthMonitor health) {
    this.containers = containers;
    this.store = store;
    this.teardown = teardown;
    this.roots = roots;
    this.networks = networks;
    this.links = links;
    this.mounts = mounts;
    this.sharedMemory = sharedMemory;
    this.specs = specs;
    this.hooks = hooks;
    this.runtime = runtime;
    this.logs = logs;
    this.events = events;
    this.paths = paths;
    this.health = health;
  }

  /**
   * Starts a container that does not run.
   *
   * @param restarts what the restart policy did since the last start by a user
   */
  void start(ContainerHandle handle, Restarts restarts) {
    Container container = handle.current();
    requireStartable(container);
    State state = container.state();
    Container starting = container.with(restarts).with(state.with(Step.START).stoppedByUser(false));
    store.updateLater(starting).join();
    FailPoint.hit("container.start.intended");
    try {
      Container running = bringUp(handle, starting);
      handle.publish(running);
      store.updateWish(running);
      events.publish(running, "start");
      health.start(running);
    } catch (IOException | RuntimeException e) {
      fail(handle, starting, e);
      throw refused(e);
    }
  }

  /** Refuses what only a start by a user is refused for. */
  void requireLinksRun(Container container) {
    links.requireLinksRun(container);
  }

  private static void requireStartable(Container container) {
    switch (container.state().status()) {
      case RUNNING ->
          throw new EngineException(
              EngineException.Kind.NOT_MODIFIED,
              "container " + container.id() + " is already running");
      case PAUSED ->
          throw EngineException.conflict("cannot start a paused container, try unpause instead");
      case REMOVING, DEAD ->
          throw EngineException.conflict("container is marked for removal and cannot be started");
      default -> {}
    }
  }

  private Container bringUp(ContainerHandle handle, Container container) throws IOException {
    String id = container.id();
    Optional<String> hooksToRun = hooks.atStart(container.hooksJson(), container.config().env());
    Path rootfs = roots.mount(container);
    FailPoint.hit("container.start.mounted");
    Optional<Path> netns = networks.up(container);
    FailPoint.hit("container.start.networked");
    CompletableFuture<Boolean> networkRecorded = store.written();
    SpecInputs inputs = inputs(container, rootfs, netns);
    boolean journal = logs.wantsJournal(container);
    if (journal) {
      logs.prepare(id);
    }
    ContainerSpec spec =
        new ContainerSpec(
            id,
            container.hostConfig().runtime(),
            specs.build(container.withHooks(hooksToRun), inputs),
            specs.cgroupPath(container),
            container.config().tty(),
            container.config().openStdin(),
            container.config().stdinOnce() && !container.config().tty(),
            journal ? Optional.of(paths.journal(id)) : Optional.empty(),
            // Hooks see the mounts of the host as they are now.
            hooksToRun.isPresent() || mounts.foreign(container));
    Created created = runtime.create(spec);
    FailPoint.hit("container.start.created");
    ContainerStreams streams = streams(handle);
    if (streams.hasClients() || !journal) {
      streams.connect(runtime, id);
    }
    logs.start(container);
    // A daemon that finds it running must know what network it has.
    networkRecorded.join();
    Instant now = Instant.now();
    runtime.start(id);
    FailPoint.hit("container.start.started");
    State running = container.state().running(created.pid(), now);
    return container.with(HealthMonitor.begin(container, running));
  }

  private SpecInputs inputs(Container container, Path rootfs, Optional<Path> netns)
      throws IOException {
    HostConfig host = container.hostConfig();
    Optional<Container> ipc = shared(host.ipcMode(), "IPC", EngineException.Kind.CONFLICT);
    return new SpecInputs(
        rootfs,
        host.utsMode().equals("host") ? "" : container.config().hostname(),
        netns,
        shared(host.pidMode(), "PID", EngineException.Kind.SYSTEM)
            .map(other -> namespace(other, "pid")),
        ipc.map(other -> namespace(other, "ipc")),
        sharedMemory.prepare(container, ipc),
        networks.files(container),
        mounts.prepare(container, rootfs),
        links.linkEnvironment(container));
  }

  /** The running container of {@code container:X}; empty for another mode. */
  private Optional<Container> shared(String mode, String namespace, EngineException.Kind kind) {
    if (!mode.startsWith("container:")) {
      return Optional.empty();
    }
    Container other = containers.get(mode.substring("container:".length()));
    if (!other.state().isRunning()) {
      throw new EngineException(
          kind,
          "failed to join %s namespace: container %s is not running"
              .formatted(namespace, other.id()));
    }
    return Optional.of(other);
  }

  private static Path namespace(Container container, String kind) {
    return Path.of("/proc", Long.toString(container.state().pid()), "ns", kind);
  }

  private void fail(ContainerHandle handle, Container starting, Exception cause) {
    String message = String.valueOf(cause.getMessage());
    int exitCode = cause instanceof LaunchException launch ? launch.exitCode() : 128;
    Step left = Step.NONE;
    try {
      teardown.teardown(starting);
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
      left = Step.TEARDOWN;
    }
    CompletableFuture<Boolean> endOfLog = logs.finish(starting.id());
    if (left == Step.NONE) {
      left = logs.stepUntil(endOfLog, handle);
    }
    handle.takeStreams().ifPresent(ContainerStreams::end);
    Container failed = starting.with(starting.state().failed(exitCode, message).with(left));
    handle.publish(failed);
    store.updateLater(failed);
  }

  private static RuntimeException refused(Exception cause) {
    return switch (cause) {
      case EngineException e -> e;
      case DriverException e -> e;
      default -> EngineException.system(String.valueOf(cause.getMessage()), cause);
    };
  }

  /** The streams of the container's current or next run. */
  ContainerStreams streams(ContainerHandle handle) {
    Container container = handle.current();
    return handle.streams(
        () ->
            new ContainerStreams(
                paths.spill(), container.config().stdinOnce() && !container.config().tty()));
  }

  /** Goes on with a container that ran while no daemon did. */
  void adopt(ContainerHandle handle, int pid, boolean paused) {
    Container container = finishUpdate(handle.current());
    State state = container.state();
    boolean byUser = paused && state.status() == Status.PAUSED;
    if (paused && !byUser) {
      runtime.resume(container.id()); // a commit had frozen it
    }
    Instant started = state.startedAt() == null ? Instant.now() : state.startedAt();
    State now =
        state
            .running(pid, state.isRunning() ? started : Instant.now())
            .stoppedByUser(state.stoppedByUser())
            .outOfMemory(state.oomKilled());
    State probed = HealthMonitor.begin(container, now);
    Container running = container.with(byUser ? probed.with(Status.PAUSED) : probed);
    handle.publish(running);
    store.updateLater(running);
    logs.resume(running);
    health.start(running);
    networks.adopt(running);
  }

  /** All or nothing of a change of limits that nobody was told the result of. */
  private Container finishUpdate(Container container) {
    if (container.state().step() != Step.UPDATE) {
      return container;
    }
    Container updated = container.updated();
    try {
      runtime.update(container.id(), specs.limits(updated));
      return updated;
    } catch (DriverException e) {
      log.warn("Container {} keeps its limits: {}", container.id(), e.getMessage());
      return container.notUpdated();
    }
  }

  /** Goes on with the log of a run that ended while no daemon ran. */
  void resumeLog(Container container) {
    logs.resume(container);
  }
}
