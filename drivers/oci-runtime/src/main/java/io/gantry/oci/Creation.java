package io.gantry.oci;

import io.gantry.linux.cgroup.Cgroups;
import io.gantry.linux.poll.Poller;
import io.gantry.linux.process.Launcher;
import io.gantry.oci.journal.JournalSegments;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.runtime.ContainerSpec;
import io.gantry.plugins.runtime.Created;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Creates containers. A record of the intent is on disk before the first process is started, so
 * that whatever a killed daemon leaves can be found and removed; a failed attempt removes it
 * itself.
 */
final class Creation {

  private static final Logger LOG = System.getLogger(Creation.class.getName());

  private final Layout layout;
  private final Cgroups cgroups;
  private final Poller poller;
  private final Launcher launcher;
  private final Conmon conmon;
  private final Runtimes runtimes;
  private final Registry registry;
  private final Leftovers leftovers;
  private final Hooks hooks;
  private final SeccompCache seccomp;
  private final boolean rootIsShared;
  private final Set<String> creating = ConcurrentHashMap.newKeySet();

  Creation(
      Layout layout,
      Cgroups cgroups,
      Poller poller,
      Launcher launcher,
      Conmon conmon,
      Runtimes runtimes,
      Registry registry,
      Leftovers leftovers,
      Hooks hooks)
      throws IOException {
    this.layout = layout;
    this.cgroups = cgroups;
    this.poller = poller;
    this.launcher = launcher;
    this.conmon = conmon;
    this.runtimes = runtimes;
    this.registry = registry;
    this.leftovers = leftovers;
    this.hooks = hooks;
    this.seccomp = new SeccompCache(layout.seccomp());
    this.rootIsShared = HybridHost.rootIsShared();
  }

  Created create(ContainerSpec spec) throws IOException {
    String id = Layout.checked(spec.id());
    OciRuntime runtime = runtimes.named(spec.runtime());
    if (spec.journal().filter(path -> path.toString().contains(":")).isPresent()) {
      throw new DriverException(
          Kind.INVALID, "container " + id + ": the journal's path must not have a colon");
    }
    BundleConfig config = BundleConfig.parse(id, spec.config());
    try {
      var _ = cgroups.group(spec.cgroupPath());
    } catch (IllegalArgumentException e) {
      throw new DriverException(Kind.INVALID, "container " + id + ": " + e.getMessage(), e);
    }
    clear(spec);
    creating.add(id);
    try {
      Container container = create(spec, runtime, config);
      registry.add(container);
      return new Created(container.initPid(), container.bundle());
    } catch (IOException | RuntimeException e) {
      try {
        if (config.hookTime().isPresent()) {
          Conmon.killHooks(layout.bundle(id));
        }
        leftovers.remove(id, Optional.of(spec.cgroupPath()));
      } catch (IOException cleanup) {
        e.addSuppressed(cleanup);
      }
      throw e;
    } finally {
      creating.remove(id);
    }
  }

  /** Whether a monitor may have been started of which nothing else is known yet. */
  boolean isCreating(String id) {
    return creating.contains(id);
  }

  private void clear(ContainerSpec spec) throws IOException {
    hooks.of(spec.id()).join();
    Optional<Container> held = registry.find(spec.id());
    if (held.isPresent()) {
      if (held.get().exit().isEmpty() && !held.get().initEnded()) {
        throw new DriverException(
            Kind.CONFLICT, "cannot create container " + spec.id() + ": it is running");
      }
      leftovers.remove(held.get());
      registry.remove(held.get());
    } else if (leftovers.exist(spec.id(), spec.cgroupPath())) {
      LOG.log(Level.INFO, "removing what is left of container {0}", spec.id());
      leftovers.remove(spec.id(), Optional.of(spec.cgroupPath()));
    }
  }

  private Container create(ContainerSpec spec, OciRuntime runtime, BundleConfig config)
      throws IOException {
    String id = spec.id();
    Path bundle = layout.bundle(id);
    Path hookErrors = bundle.resolve("hooks.stderr");
    Files.createDirectories(Layout.persist(bundle));
    ContainerRecord intent = ContainerRecord.of(spec, runtime.name(), config);
    intent.write(bundle);
    FailPoint.hit("runtime.create.intended");

    Optional<Duration> hookTime = config.hookTime();
    Optional<String> key = Optional.empty();
    boolean compiled = false;
    CrunHooks crunHooks = new CrunHooks();
    if (runtime.isCrun()) {
      Optional<String> profile = config.seccompProfile();
      if (profile.isPresent()) {
        key = Optional.of(seccomp.key(runtime, profile.get()));
        Optional<String> program = seccomp.find(key.get());
        compiled = program.isPresent();
        program.ifPresent(config::seccompProgram);
      }
      if (hookTime.isPresent()) {
        config.hookErrors(hookErrors);
        config.wrapHooks(crunHooks, bundle);
      }
    }
    if (intent.poststart() || intent.poststop()) {
      config.separateLaterHooks(bundle);
    }
    Files.write(bundle.resolve("config.json"), config.bytes());
    Optional<Path> journal = spec.journal().map(JournalSegments::file);
    if (spec.journal().isPresent()) {
      JournalSegments.endRun(spec.journal().get());
    }

    Conmon.Message message;
    try (HookLimit limit = HookLimit.of(hookTime, bundle)) {
      message = launch(spec, runtime, intent, journal);
      if (message.data() <= 0) {
        String stderr = hookErrors.toFile().exists() ? Files.readString(hookErrors) : "";
        throw LaunchFailure.create(
            limit.isOver() ? LaunchFailure.HOOKS_TOO_LONG : crunHooks.named(message.message()),
            config.program(),
            stderr);
      }
    }
    FailPoint.hit("runtime.create.created");
    if (key.isPresent() && !compiled) {
      seccomp.learn(key.get(), runtime.state(id));
    }
    Optional<Integer> monitor = Conmon.pid(bundle);
    ContainerRecord created =
        intent.created(
            ContainerRecord.KnownProcess.of(message.data()),
            monitor.flatMap(ContainerRecord.KnownProcess::of));
    created.write(bundle);
    FailPoint.hit("runtime.create.recorded");
    return Container.open(poller, created, bundle, runtime, cgroups.group(spec.cgroupPath()));
  }

  private Conmon.Message launch(
      ContainerSpec spec, OciRuntime runtime, ContainerRecord intent, Optional<Path> journal)
      throws IOException {
    if (!launcher.hides() || !spec.foreignMounts() || rootIsShared) {
      return launch(launcher, spec, runtime, intent, journal);
    }
    // The launcher's namespace may be older than what is to be mounted into the container.
    try (Launcher fresh = launcher.fresh()) {
      return launch(fresh, spec, runtime, intent, journal);
    }
  }

  private Conmon.Message launch(
      Launcher from,
      ContainerSpec spec,
      OciRuntime runtime,
      ContainerRecord intent,
      Optional<Path> journal)
      throws IOException {
    return conmon.create(
        from, runtime, layout, spec.id(), spec.tty(), spec.openStdin(), intent.endStdin(), journal);
  }
}
