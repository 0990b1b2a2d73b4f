package io.gantry.oci;

import io.gantry.linux.cgroup.Cgroups;
import io.gantry.linux.poll.Poller;
import io.gantry.plugins.runtime.Adopted;
import io.gantry.plugins.runtime.Exit;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Takes over the containers of an earlier daemon, many at once. */
final class Adoption {

  private static final Logger LOG = System.getLogger(Adoption.class.getName());

  private final Layout layout;
  private final Cgroups cgroups;
  private final Poller poller;
  private final Runtimes runtimes;
  private final Registry registry;
  private final Execs execs;
  private final Leftovers leftovers;
  private final Hooks hooks;

  Adoption(
      Layout layout,
      Cgroups cgroups,
      Poller poller,
      Runtimes runtimes,
      Registry registry,
      Execs execs,
      Leftovers leftovers,
      Hooks hooks) {
    this.layout = layout;
    this.cgroups = cgroups;
    this.poller = poller;
    this.runtimes = runtimes;
    this.registry = registry;
    this.execs = execs;
    this.leftovers = leftovers;
    this.hooks = hooks;
  }

  Map<String, Adopted> adopt(Collection<String> ids) {
    Map<String, Adopted> adopted = new ConcurrentHashMap<>();
    try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
      for (String id : ids) {
        each.execute(() -> adopted.put(id, adoptOrUnknown(id)));
      }
    }
    return adopted;
  }

  /** What cannot be looked at may well run. */
  private Adopted adoptOrUnknown(String id) {
    try {
      return adopt(Layout.checked(id));
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "container " + id + " cannot be taken over", e);
      return new Adopted.Unknown(e.toString());
    }
  }

  private Adopted adopt(String id) throws IOException {
    Path bundle = layout.bundle(id);
    Optional<ContainerRecord> entry = ContainerRecord.read(bundle);
    if (entry.isEmpty() || entry.get().init().isEmpty()) {
      leftovers.remove(id, Optional.empty());
      return new Adopted.Gone();
    }
    Container container =
        Container.open(
            poller,
            entry.get(),
            bundle,
            runtimes.configuredOrNot(entry.get().runtime()),
            cgroups.group(entry.get().cgroupPath()));
    try {
      return adopt(container);
    } catch (IOException | RuntimeException e) {
      registry.remove(container);
      container.close();
      throw e;
    }
  }

  private Adopted adopt(Container container) throws IOException {
    String id = container.id();
    Path bundle = container.bundle();
    execs.adopt(container);
    Optional<Exit> exit = registry.exits().recorded(id, bundle);
    if (exit.isEmpty() && container.initEnded() && container.monitorEnded()) {
      exit = Optional.of(registry.exits().lastWords(container));
    }
    if (exit.isPresent()) {
      registry.addEnded(container, exit.get());
      return new Adopted.Exited(exit.get());
    }
    registry.add(container);
    if (container.runtime().awaitsStart(id)) {
      return new Adopted.Waiting(container.initPid());
    }
    hooks.started(container.entry(), bundle);
    return new Adopted.Running(
        container.initPid(), container.cgroup().frozen(), Exits.outOfMemory(bundle));
  }
}
