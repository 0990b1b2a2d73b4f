package io.gantry.oci;

import io.gantry.linux.cgroup.Cgroups;
import io.gantry.linux.cgroup.MigrationWindow;
import io.gantry.linux.inotify.Inotify;
import io.gantry.linux.poll.Poller;
import io.gantry.linux.process.Children;
import io.gantry.linux.process.Launcher;
import io.gantry.linux.process.Signals;
import io.gantry.oci.cgroup.CgroupLimits;
import io.gantry.oci.cgroup.CgroupStats;
import io.gantry.oci.cgroup.HostLimits;
import io.gantry.oci.journal.JournalFiles;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.StatusRow;
import io.gantry.plugins.runtime.Adopted;
import io.gantry.plugins.runtime.Attachment;
import io.gantry.plugins.runtime.ContainerSpec;
import io.gantry.plugins.runtime.Created;
import io.gantry.plugins.runtime.Exec;
import io.gantry.plugins.runtime.ExecSpec;
import io.gantry.plugins.runtime.Exit;
import io.gantry.plugins.runtime.Journal;
import io.gantry.plugins.runtime.LinuxResources;
import io.gantry.plugins.runtime.OutputSink;
import io.gantry.plugins.runtime.ResourceSupport;
import io.gantry.plugins.runtime.RuntimeDriver;
import io.gantry.plugins.runtime.RuntimeInfo;
import io.gantry.plugins.runtime.Stats;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * {@link RuntimeDriver} over conmon and crun or runc. Holds one poll thread, one launcher thread
 * and one inotify instance, whatever the number of containers.
 */
final class OciDriver implements RuntimeDriver {

  private static final Logger LOG = System.getLogger(OciDriver.class.getName());

  /** Docker gives up after this time too. */
  private static final Duration FREEZE_LIMIT = Duration.ofSeconds(30);

  private final Programs programs;
  private final Cgroups cgroups;
  private final ResourceSupport support;
  private final Poller poller;
  private final Launcher launcher;
  private final Inotify inotify;
  private final Runtimes runtimes;
  private final Registry registry;
  private final Creation creation;
  private final Execs execs;
  private final Adoption adoption;
  private final Leftovers leftovers;
  private final Launcher hookLauncher;
  private final Hooks hooks;
  private final AtomicBoolean hooksResumed = new AtomicBoolean();
  private final Buffers buffers = new Buffers();
  private final MigrationWindow migrations;

  private OciDriver(
      Layout layout,
      Programs programs,
      Cgroups cgroups,
      Poller poller,
      Launcher launcher,
      Inotify inotify)
      throws IOException {
    this.programs = programs;
    this.cgroups = cgroups;
    this.support = HostLimits.of(cgroups);
    this.poller = poller;
    this.launcher = launcher;
    this.inotify = inotify;
    this.migrations = new MigrationWindow(cgroups);
    this.runtimes = new Runtimes(programs, layout, launcher, poller);
    this.registry = new Registry(new Exits(layout), inotify);
    // Hooks see the host as it is.
    this.hookLauncher = launcher.hides() ? Launcher.open(poller, Optional.empty()) : launcher;
    this.hooks = new Hooks(layout, poller, hookLauncher);
    this.leftovers = new Leftovers(layout, cgroups, poller, hooks, runtimes);
    Conmon conmon = new Conmon(programs.conmon(), poller, migrations);
    this.creation =
        new Creation(
            layout, cgroups, poller, launcher, conmon, runtimes, registry, leftovers, hooks);
    this.execs = new Execs(layout, poller, launcher, conmon, buffers);
    this.adoption =
        new Adoption(layout, cgroups, poller, runtimes, registry, execs, leftovers, hooks);
    var _ =
        inotify.watch(
            layout.exits(),
            Inotify.MOVED_TO | Inotify.CLOSE_WRITE,
            (mask, name) -> registry.exitWritten(mask, name));
  }

  static OciDriver open(Layout layout, Programs programs) throws IOException {
    Children.adoptOrphans();
    Cgroups cgroups = Cgroups.mounted();
    Poller poller = Poller.open("runtime-poll");
    try {
      Launcher launcher = Launcher.open(poller, HybridHost.hidden(cgroups, programs));
      return new OciDriver(layout, programs, cgroups, poller, launcher, Inotify.open(poller));
    } catch (IOException | RuntimeException e) {
      poller.close();
      throw e;
    }
  }

  @Override
  public List<String> runtimeNames() {
    return List.copyOf(runtimes.byName().keySet());
  }

  @Override
  public List<RuntimeInfo> runtimes() {
    return runtimes.infos();
  }

  @Override
  public ResourceSupport resourceSupport() {
    return support;
  }

  @Override
  public List<StatusRow> status() {
    return List.of(
        new StatusRow("Monitor", programs.conmon().toString()),
        new StatusRow("Default Runtime", runtimes.first().name()),
        new StatusRow("Cgroup Version", support.cgroupVersion()));
  }

  @Override
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (launcher.hides()) {
      warnings.add(
          "this host has cgroup controllers in both versions; containers are started"
              + " without a view of cgroup2, and limits of its controllers are not available");
    }
    return warnings;
  }

  @Override
  public void check() {
    List<Path> needed = new ArrayList<>(programs.runtimes().values());
    needed.add(programs.conmon());
    for (Path program : needed) {
      if (!Files.isExecutable(program)) {
        throw new DriverException(Kind.SYSTEM, program + " cannot be executed any more");
      }
    }
  }

  @Override
  public void onExit(Consumer<Exit> listener) {
    registry.listener(listener);
  }

  @Override
  public void onOutOfMemory(Consumer<String> listener) {
    registry.outOfMemoryListener(listener);
  }

  @Override
  public Created create(ContainerSpec spec) {
    try {
      return creation.create(spec);
    } catch (IOException e) {
      throw Failures.system("create container " + spec.id(), e);
    }
  }

  @Override
  public void start(String id) {
    Container container = registry.get(id);
    try {
      OciRuntime runtime = container.runtime();
      if (!runtime.startDirectly(id)) {
        OciRuntime.Result result = runtime.run(launcher, poller, container.bundle(), "start", id);
        if (result.exitCode() != 0) {
          throw LaunchFailure.create(result.output(), "", "");
        }
      }
      hooks.started(container.entry(), container.bundle());
    } catch (IOException e) {
      throw Failures.system("start container " + id, e);
    }
  }

  @Override
  public CompletableFuture<Void> hooks(String id) {
    return hooks.of(Layout.checked(id));
  }

  @Override
  public void signal(String id, int signal, boolean all) {
    Container container = registry.get(id);
    try {
      if (all) {
        for (int pid : container.cgroup().processes()) {
          var _ = Signals.send(pid, signal);
        }
      } else if (container.init().isPresent()) {
        var _ = container.init().get().signal(signal);
      }
      if (signal == Signals.SIGKILL && container.cgroup().frozen()) {
        container.cgroup().thaw();
      }
    } catch (ClosedChannelException e) {
      // It is being deleted.
      return;
    } catch (IOException e) {
      throw Failures.system("send signal " + signal + " to container " + id, e);
    }
  }

  @Override
  public void pause(String id) {
    try {
      registry.get(id).cgroup().freeze(FREEZE_LIMIT);
    } catch (IOException e) {
      throw Failures.system("pause container " + id, e);
    }
  }

  @Override
  public void resume(String id) {
    try {
      registry.get(id).cgroup().thaw();
    } catch (IOException e) {
      throw Failures.system("resume container " + id, e);
    }
  }

  @Override
  public void update(String id, LinuxResources change) {
    CgroupLimits.update(id, registry.get(id).cgroup(), cgroups.version(), change);
  }

  @Override
  public Exec exec(String id, ExecSpec spec, OutputSink output) {
    try {
      return execs.start(registry.get(id), spec, output);
    } catch (IOException e) {
      throw Failures.system("run a process in container " + id, e);
    }
  }

  @Override
  public Optional<Exec> findExec(String id, String execId) {
    return Optional.ofNullable(registry.get(id).execs().get(Layout.checked(execId)));
  }

  @Override
  public Attachment attach(String id, OutputSink output) {
    Container container = registry.get(id);
    ContainerRecord entry = container.entry();
    try {
      StreamConnection connection =
          StreamConnection.open(
              poller, buffers, container.bundle(), entry.openStdin(), entry.endStdin(), output);
      container.connected(connection);
      return connection;
    } catch (IOException e) {
      throw Failures.system("attach to container " + id, e);
    }
  }

  @Override
  public void resize(String id, int rows, int columns) {
    Container container = registry.get(id);
    try {
      ControlPipe.resize(container.monitor(), rows, columns);
    } catch (ClosedChannelException e) {
      // It is being deleted.
      return;
    } catch (IOException e) {
      throw Failures.system("resize the terminal of container " + id, e);
    }
  }

  @Override
  public Stats stats(String id) {
    return CgroupStats.read(registry.get(id).cgroup(), cgroups.version());
  }

  @Override
  public List<Integer> pids(String id) {
    Container container = registry.get(id);
    try {
      List<Integer> pids = new ArrayList<>(container.cgroup().processes("pids"));
      Object init = container.initPid();
      if (pids.remove(init)) {
        pids.addFirst(container.initPid());
      }
      return pids;
    } catch (IOException e) {
      throw Failures.system("list the processes of container " + id, e);
    }
  }

  @Override
  public void delete(String id, boolean force) {
    Optional<Container> held = registry.find(Layout.checked(id));
    if (held.isPresent() && !force && held.get().exit().isEmpty() && !held.get().initEnded()) {
      throw new DriverException(Kind.CONFLICT, "cannot delete container " + id + ": it is running");
    }
    try {
      remove(id, held);
    } catch (IOException e) {
      throw Failures.system("delete container " + id, e);
    }
  }

  private void remove(String id, Optional<Container> held) throws IOException {
    if (held.isPresent()) {
      leftovers.remove(held.get());
      registry.remove(held.get());
    } else {
      leftovers.remove(id, Optional.empty());
    }
  }

  @Override
  public Map<String, Adopted> adopt(Collection<String> ids) {
    if (hooksResumed.compareAndSet(false, true)) {
      try {
        hooks.resume();
      } catch (IOException e) {
        throw Failures.system("go on with the hooks of containers", e);
      }
    }
    return adoption.adopt(ids);
  }

  @Override
  public List<String> removeOrphans(Set<String> known) {
    List<String> removed = new ArrayList<>();
    try {
      for (String id : leftovers.ids()) {
        if (!known.contains(id) && removeOrphan(id)) {
          removed.add(id);
        }
      }
      return removed;
    } catch (IOException e) {
      throw Failures.system("look for what containers left behind", e);
    }
  }

  /** One that cannot be removed does not keep the others. */
  private boolean removeOrphan(String id) {
    try {
      remove(id, registry.find(id));
      return true;
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.WARNING, "cannot remove what is left of container " + id, e);
      return false;
    }
  }

  @Override
  public Journal journal(String id, Path directory) {
    Layout.checked(id);
    return new JournalFiles(
        directory,
        inotify,
        new JournalFiles.Writer() {
          @Override
          public boolean lives() {
            return creation.isCreating(id)
                || registry.find(id).filter(c -> c.exit().isEmpty()).isPresent();
          }

          @Override
          public boolean reopen() throws IOException {
            Optional<Container> container = registry.find(id);
            return container.isPresent() && container.get().control().reopenJournal();
          }
        });
  }

  @Override
  public void close() {
    registry.close();
    hooks.close();
    inotify.close();
    launcher.close();
    hookLauncher.close();
    migrations.close();
    runtimes.close();
    poller.close();
  }
}
