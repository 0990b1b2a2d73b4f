package io.gantry.container;

import io.gantry.config.DaemonOptions;
import io.gantry.container.hook.ContainerHooks;
import io.gantry.container.index.ContainerEvents;
import io.gantry.container.index.ContainerHandle;
import io.gantry.container.index.ContainerStore;
import io.gantry.container.index.Containers;
import io.gantry.container.mount.MountPlan;
import io.gantry.container.mount.MountPlanner;
import io.gantry.container.record.Container;
import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.HostConfig;
import io.gantry.container.record.HostDefaults;
import io.gantry.container.record.Lists;
import io.gantry.container.record.MountPoint;
import io.gantry.container.record.Restarts;
import io.gantry.container.record.State;
import io.gantry.container.spec.Checked;
import io.gantry.container.spec.HostChecks;
import io.gantry.error.EngineException;
import io.gantry.id.Ids;
import io.gantry.image.ImageHold;
import io.gantry.image.ImageHolds;
import io.gantry.image.ImageService;
import io.gantry.image.Platform;
import io.gantry.linux.Kernel;
import io.gantry.network.EndpointSettings;
import io.gantry.network.NetworkService;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.volume.VolumeService;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/**
 * Makes containers: checks the request, merges it with image and daemon defaults, makes what the
 * container needs on the disk, and records it last. Until the record is durable there is no
 * container: whatever was made for it is an orphan that the next start removes.
 */
@Component
final class ContainerCreator {

  private static final String SHARED = "container:";

  private final Containers containers;
  private final ContainerStore store;
  private final ImageService images;
  private final NetworkService networks;
  private final VolumeService volumes;
  private final StorageDriver storage;
  private final String storageName;
  private final HostChecks checks;
  private final MountPlanner planner;
  private final ContainerLogging logs;
  private final ContainerHooks hooks;
  private final Supplier<HostDefaults> defaults;
  private final ContainerEvents events;

  ContainerCreator(
      Containers containers,
      ContainerStore store,
      ImageService images,
      NetworkService networks,
      VolumeService volumes,
      StorageDriver storage,
      HostChecks checks,
      MountPlanner planner,
      ContainerLogging logs,
      ContainerHooks hooks,
      Supplier<HostDefaults> defaults,
      ContainerEvents events,
      DaemonOptions options) {
    this.containers = containers;
    this.store = store;
    this.images = images;
    this.networks = networks;
    this.volumes = volumes;
    this.storage = storage;
    this.storageName = options.storage().driver();
    this.checks = checks;
    this.planner = planner;
    this.logs = logs;
    this.hooks = hooks;
    this.defaults = defaults;
    this.events = events;
  }

  CreatedContainer create(CreateContainer request) {
    Optional<String> wantedName =
        request.name().filter(name -> !name.isEmpty()).map(Names::checked);
    if (request.config().image().isEmpty()) {
      throw EngineException.invalid("no command specified");
    }
    Optional<String> ownHooks = hooks.copy(request.hostConfig().hookSpec());
    HostDefaults given = defaults.get();
    Checked checked = checks.check(request.config(), request.hostConfig().withDefaults(given));
    HostConfig host = checked.hostConfig().withModes(this::withFullId);
    List<String> warnings = new ArrayList<>(checked.warnings());
    String id = Ids.random();
    try (Undo undo = new Undo();
        ImageHold hold = images.hold(request.config().image());
        ImageHolds mounted = images.holds()) {
      request
          .platform()
          .map(Platform::parse)
          .ifPresent(wanted -> wanted.require(hold.image(), request.config().image()));
      host.links().forEach(this::requireLinked);
      ContainerConfig config =
          ConfigMerge.merge(
              request.config(),
              images.config(hold.image()).config(),
              hostname(request.config(), host, id),
              umask(host, request.config(), given));
      requireProgram(config);
      logs.validate(host.logConfig());
      Map<String, EndpointSettings> endpoints =
          networks.check(host.networkMode(), request.networks());
      if (config.networkDisabled()) {
        endpoints = Map.of();
      }
      String name = takeName(wantedName, id);
      undo.add("name " + name, () -> containers.release(name, id));
      MountPlan plan = planner.plan(id, config, host, mounted);
      undo.add("volumes", () -> planner.undo(id, plan));
      warnings.addAll(plan.warnings());
      FailPoint.hit("container.create.volumes");
      String parent = hold.parentSnapshot().orElse("");
      storage.prepare(id, parent, host.storageOpt());
      undo.add("snapshot", () -> storage.remove(id));
      FailPoint.hit("container.create.snapshot");
      Container made =
          new Container(
              id,
              name,
              Instant.now(),
              hold.image().id(),
              hold.image().chainId().orElse(""),
              parent,
              config,
              host,
              mounts(request, plan),
              endpoints,
              storageName,
              "",
              State.CREATED,
              Restarts.NONE,
              ownHooks.orElse(null),
              null);
      Container container = made.withLogPath(logs.path(made));
      store.insert(container);
      FailPoint.hit("container.create.recorded");
      undo.keep();
      containers.add(container);
      volumes.settle(plan.created());
      events.publish(container, "create");
      return new CreatedContainer(id, warnings);
    }
  }

  /** {@code container:X} is kept with the id, so that a renamed container is still found. */
  private String withFullId(String mode) {
    if (!mode.startsWith(SHARED)) {
      return mode;
    }
    String reference = mode.substring(SHARED.length());
    return containers
        .find(reference)
        .map(other -> SHARED + other.id())
        .orElseThrow(() -> EngineException.invalid("No such container: " + reference));
  }

  private String takeName(Optional<String> wanted, String id) {
    if (wanted.isEmpty()) {
      return Names.reserveGenerated(containers, id);
    }
    containers.reserve(wanted.get(), id);
    return wanted.get();
  }

  private void requireLinked(String link) {
    String other = link.contains(":") ? link.substring(0, link.indexOf(':')) : link;
    if (containers.find(other).isEmpty()) {
      throw EngineException.invalid(
          "could not get container for %s: No such container: %s".formatted(other, other));
    }
  }

  private String hostname(ContainerConfig config, HostConfig host, String id) {
    if (!config.hostname().isEmpty()) {
      return config.hostname();
    }
    if (host.networkMode().startsWith(SHARED)) {
      return containers.get(host.networkMode().substring(SHARED.length())).config().hostname();
    }
    return host.networkMode().equals("host") ? Kernel.hostName() : Ids.shortened(id);
  }

  private static void requireProgram(ContainerConfig config) {
    if (Lists.of(config.entrypoint()).isEmpty() && Lists.of(config.cmd()).isEmpty()) {
      throw EngineException.invalid("no command specified");
    }
  }

  /** That of the host's configuration before the container's, before the daemon's. */
  private static String umask(HostConfig host, ContainerConfig config, HostDefaults defaults) {
    String own = config.annotations().getOrDefault(ConfigMerge.UMASK, defaults.umask());
    return host.annotations().getOrDefault(ConfigMerge.UMASK, own);
  }

  private static List<MountPoint> mounts(CreateContainer request, MountPlan plan) {
    return request.readOnlyAlone()
        ? plan.mounts().stream().map(MountPoint::readOnlyAlone).toList()
        : plan.mounts();
  }

  private static String checkedNew(String name) {
    try {
      return Names.checked(name);
    } catch (EngineException e) {
      throw notAllocated(
          e, String.valueOf(e.getMessage()).replace("(" + name + ")", "(/" + name + ")"));
    }
  }

  private void reserveNew(String name, String id) {
    try {
      containers.reserve(name, id);
    } catch (EngineException e) {
      throw notAllocated(e, String.valueOf(e.getMessage()));
    }
  }

  private static EngineException notAllocated(EngineException cause, String why) {
    return new EngineException(cause.kind(), "Error when allocating new name: " + why, cause);
  }

  /** Gives a container another name; durable when it returns. */
  void rename(ContainerHandle handle, String reference, String newName) {
    String given = newName.startsWith("/") ? newName.substring(1) : newName;
    if (reference.isEmpty() || newName.isEmpty()) {
      throw EngineException.invalid("Neither old nor new names may be empty");
    }
    String name = checkedNew(given);
    handle.lock.lock();
    try {
      handle.requireThere(reference);
      Container container = handle.current();
      String old = container.name();
      if (old.equals(name)) {
        throw EngineException.invalid(
            "Renaming a container with the same name as its current name");
      }
      reserveNew(name, container.id());
      Container renamed = container.withName(name);
      try {
        store.update(renamed);
      } catch (RuntimeException e) {
        containers.release(name, container.id());
        throw e;
      }
      FailPoint.hit("container.rename.recorded");
      handle.publish(renamed);
      containers.release(old, container.id());
      if (container.state().isRunning()) {
        networks.renamed(container.id(), name);
      }
      events.publish(renamed, "rename", Map.of("oldName", "/" + old));
    } finally {
      handle.lock.unlock();
    }
  }
}
