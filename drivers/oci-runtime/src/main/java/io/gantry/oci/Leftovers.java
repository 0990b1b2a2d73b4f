package io.gantry.oci;

import io.gantry.linux.cgroup.Cgroups;
import io.gantry.linux.file.Directory;
import io.gantry.linux.poll.Poller;
import io.gantry.linux.process.Signals;
import io.gantry.plugins.FailPoint;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Removes what a container has in the kernel and on disk, in whatever state it was left: half
 * created by a daemon that was killed, without its state directory, without its monitor. Each step
 * succeeds where there is nothing to do.
 *
 * <p>The runtime's own {@code delete} is not asked: it does nothing that is not done here, costs a
 * process, and leaves cgroups behind where its state was lost.
 */
final class Leftovers {

  private static final Logger LOG = System.getLogger(Leftovers.class.getName());
  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);
  private static final Duration MONITOR_END = Duration.ofSeconds(5);
  private static final Duration OUTPUT_END = Duration.ofSeconds(10);

  private final Layout layout;
  private final Cgroups cgroups;
  private final Poller poller;
  private final Hooks hooks;
  private final Runtimes runtimes;

  Leftovers(Layout layout, Cgroups cgroups, Poller poller, Hooks hooks, Runtimes runtimes) {
    this.layout = layout;
    this.cgroups = cgroups;
    this.poller = poller;
    this.hooks = hooks;
    this.runtimes = runtimes;
  }

  /** All ids of which there is anything. */
  Set<String> ids() throws IOException {
    Set<String> ids = new TreeSet<>(Layout.names(layout.containers()));
    ids.addAll(Layout.names(layout.exits()));
    for (OciRuntime runtime : runtimes.all()) {
      ids.addAll(Layout.names(runtime.stateRoot()));
    }
    ids.removeIf(name -> name.startsWith("."));
    return ids;
  }

  /** Whether there is anything of a container that is about to be created. */
  boolean exist(String id, String cgroupPath) {
    return layout.bundle(id).toFile().exists()
        || layout.exit(id).toFile().exists()
        || runtimes.all().stream().anyMatch(r -> r.state(id).toFile().exists())
        || !cgroups.group(cgroupPath).directories().isEmpty();
  }

  /** Removes a container that this daemon holds. */
  void remove(Container container) throws IOException {
    container.removing();
    container.cgroup().kill(poller, KILL_LIMIT);
    killInit(container);
    if (!container.awaitMonitor(poller, MONITOR_END)) {
      container.killMonitor(Signals.SIGKILL);
      var _ = container.awaitMonitor(poller, MONITOR_END);
    }
    if (!container.awaitOutput(OUTPUT_END)) {
      LOG.log(Level.WARNING, "the last output of container {0} is given up", container.id());
    }
    for (String exec : Layout.names(layout.execs(container.id()))) {
      // Ended with the processes they watch, unless they are stuck.
      Conmon.killLeftover(layout.exec(container.id(), exec));
    }
    container.close();
    sweep(container.id(), Optional.of(container.entry()), container.entry().cgroupPath());
  }

  /** Where the cgroup was made by nobody, or lost: a process that is not in it. */
  private void killInit(Container container) throws IOException {
    if (container.init().isPresent() && !container.initEnded()) {
      var _ = container.init().get().signal(Signals.SIGKILL);
    }
  }

  /**
   * Removes a container that nobody holds.
   *
   * @param cgroupPath when no record tells it
   */
  void remove(String id, Optional<String> cgroupPath) throws IOException {
    Path bundle = layout.bundle(id);
    Optional<ContainerRecord> entry = ContainerRecord.read(bundle);
    if (entry.isPresent() && entry.get().init().isPresent()) {
      ContainerRecord created = entry.get();
      remove(
          Container.open(
              poller,
              created,
              bundle,
              runtimes.configuredOrNot(created.runtime()),
              cgroups.group(created.cgroupPath())));
      return;
    }
    Conmon.killLeftover(bundle);
    String path = entry.map(ContainerRecord::cgroupPath).or(() -> cgroupPath).orElse("");
    if (!path.isEmpty()) {
      cgroups.group(path).kill(poller, KILL_LIMIT);
    }
    sweep(id, entry, path);
  }

  private void sweep(String id, Optional<ContainerRecord> entry, String cgroupPath)
      throws IOException {
    Path bundle = layout.bundle(id);
    if (entry.isPresent() && !hasRun(entry.get())) {
      hooks.neverStarted(entry.get(), bundle);
    }
    for (OciRuntime runtime : runtimes.all()) {
      Directory.deleteTree(runtime.state(id));
    }
    if (!cgroupPath.isEmpty()) {
      cgroups.group(cgroupPath).remove();
    }
    if (entry.isPresent() && (entry.get().poststart() || entry.get().poststop())) {
      hooks.ended(entry.get(), bundle);
    } else {
      Directory.deleteTree(bundle);
    }
    FailPoint.hit("runtime.bundle.deleted");
    // last: a record without it would be of a run whose end nobody saw
    Files.deleteIfExists(layout.exit(id));
  }

  private boolean hasRun(ContainerRecord entry) {
    return entry.init().isPresent()
        && !runtimes.configuredOrNot(entry.runtime()).awaitsStart(entry.id());
  }
}
