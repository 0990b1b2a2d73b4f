package io.gantry.container;

import io.gantry.container.index.ContainerHandle;
import io.gantry.container.index.ContainerPaths;
import io.gantry.container.index.ContainerStore;
import io.gantry.container.index.Containers;
import io.gantry.container.mount.ManagedFiles;
import io.gantry.container.record.Container;
import io.gantry.container.record.HostConfig;
import io.gantry.container.record.Status;
import io.gantry.error.EngineException;
import io.gantry.network.ContainerNetworking;
import io.gantry.network.EndpointSettings;
import io.gantry.network.LiveNetworking;
import io.gantry.network.NetworkService;
import io.gantry.network.PortRequests;
import io.gantry.plugins.FailPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * A container's part in networks: at its start, and when it is connected to another while it runs.
 */
@Component
public final class ContainerNetworks {

  private static final String SHARED = "container:";

  private final Containers containers;
  private final ContainerStore store;
  private final NetworkService networks;
  private final ContainerLinks links;
  private final ContainerPaths paths;

  ContainerNetworks(
      Containers containers,
      ContainerStore store,
      NetworkService networks,
      ContainerLinks links,
      ContainerPaths paths) {
    this.containers = containers;
    this.store = store;
    this.networks = networks;
    this.links = links;
    this.paths = paths;
  }

  /**
   * Makes the network of a container that starts, and its {@code hosts}, {@code hostname} and
   * {@code resolv.conf}.
   *
   * @return the namespace's file; empty for the host's
   */
  Optional<Path> up(Container container) throws IOException {
    if (sharedWith(container).isPresent()) {
      Container other = sharedWith(container).get();
      if (!other.state().isRunning()) {
        throw EngineException.conflict(
            "cannot join network namespace of a non running container: container %s is %s"
                .formatted(other.name(), other.state().status().text()));
      }
      return networks.live(other.id()).flatMap(LiveNetworking::netns);
    }
    ContainerNetworking wanted = describe(container);
    LiveNetworking live = networks.up(wanted);
    writeFiles(container, wanted, live);
    if (networks.isLinkNeeded()) {
      openLinks(container);
    }
    return live.netns();
  }

  /** Opens what this container may reach, and what those may that are linked to it. */
  private void openLinks(Container container) {
    networks.link(container.id(), links.exposedTo(container));
    for (Container other : containers.all()) {
      if (other.state().isRunning() && links.exposedTo(other).containsKey(container.id())) {
        networks.link(other.id(), links.exposedTo(other));
      }
    }
  }

  /** The container whose network this one has; empty when it has its own. */
  Optional<Container> sharedWith(Container container) {
    String mode = container.hostConfig().networkMode();
    return mode.startsWith(SHARED)
        ? Optional.of(containers.get(mode.substring(SHARED.length())))
        : Optional.empty();
  }

  /**
   * The container's {@code hosts}, {@code hostname} and {@code resolv.conf}, by their place in it.
   */
  Map<String, Path> files(Container container) throws IOException {
    if (container.config().networkDisabled()) {
      return Map.of();
    }
    Container owner = sharedWith(container).orElse(container);
    Path etc = paths.etc(owner.id());
    return Map.of(
        "/etc/hosts", etc.resolve("hosts"),
        "/etc/hostname", etc.resolve("hostname"),
        "/etc/resolv.conf", etc.resolve("resolv.conf"));
  }

  private void writeFiles(Container container, ContainerNetworking wanted, LiveNetworking live)
      throws IOException {
    Path etc = paths.etc(container.id());
    Files.createDirectories(etc);
    ManagedFiles.write(
        etc,
        container.config().hostname(),
        networks.hostsFile(wanted, live),
        networks.resolvConf(wanted, live));
  }

  private ContainerNetworking describe(Container container) {
    HostConfig host = container.hostConfig();
    PortRequests ports = new PortRequests();
    host.portBindings()
        .forEach(
            (port, bindings) -> {
              // none of a port's bindings is none, as with dockerd
              if (bindings != null) {
                bindings.forEach(binding -> ports.bind(port, binding.hostIp(), binding.hostPort()));
              }
            });
    if (host.publishAllPorts()) {
      ports.publishAll(container.config().exposedPorts());
    }
    return new ContainerNetworking(
        container.id(),
        container.name(),
        container.config().networkDisabled() ? "none" : host.networkMode(),
        isWithoutNetwork(container) ? Map.of("none", EndpointSettings.NONE) : container.networks(),
        ports.list(),
        container.config().hostname(),
        container.config().domainname(),
        host.extraHosts(),
        host.dns(),
        host.dnsSearch(),
        host.dnsOptions(),
        links.of(host));
  }

  /**
   * Removes a link of a container on the default bridge, durably: its name, the variables of later
   * processes and, where links open ports, the way to them.
   *
   * @param name of the link, {@code container/alias}
   */
  public void unlink(String name) {
    String path = name.startsWith("/") ? name.substring(1) : name;
    int slash = path.lastIndexOf('/');
    if (slash < 0) {
      containers.get(name);
      throw EngineException.system(
          "Conflict, cannot remove the default link name of the container", null);
    }
    Optional<ContainerHandle> parent =
        containers
            .findHandle(path.substring(0, slash))
            .filter(handle -> handle.current().name().equals(path.substring(0, slash)));
    if (parent.isEmpty() || !unlink(parent.get(), path.substring(slash + 1))) {
      throw EngineException.notFound("No such container: " + name);
    }
  }

  /** Whether there was such a link. */
  private boolean unlink(ContainerHandle handle, String alias) {
    handle.lock.lock();
    try {
      Container container = handle.current();
      HostConfig host = container.hostConfig();
      List<String> rest =
          host.links().stream().filter(link -> !ContainerLinks.alias(link).equals(alias)).toList();
      if (!host.networkMode().equals("bridge") || rest.size() == host.links().size()) {
        return false;
      }
      Container unlinked = container.with(host.withLinks(rest));
      store.update(unlinked);
      handle.publish(unlinked);
      if (unlinked.state().isRunning()) {
        networks.live(unlinked.id()).ifPresent(live -> rewriteHosts(unlinked, live));
        if (networks.isLinkNeeded()) {
          networks.link(unlinked.id(), links.exposedTo(unlinked));
        }
      }
      return true;
    } finally {
      handle.lock.unlock();
    }
  }

  /** Connects a container to one more network; durable when it returns. */
  public void connect(String reference, String network, EndpointSettings settings) {
    ContainerHandle handle = containers.handle(reference);
    handle.lock.lock();
    try {
      Container container = handle.current();
      requireChangeable(container);
      String name =
          networks.checkConnect(
              network, container.hostConfig().networkMode(), settings, container.networks());
      Map<String, EndpointSettings> all = new LinkedHashMap<>(container.networks());
      all.put(name, settings);
      Container connected = container.withNetworks(all);
      Optional<LiveNetworking> live =
          container.state().isRunning()
              ? Optional.of(
                  networks.connect(container.id(), name, settings, describe(connected).ports()))
              : Optional.empty();
      try {
        if (live.isPresent()) {
          // Whoever has to take it back finds it there, and takes it out of the file again.
          store.written().join();
          rewriteHosts(connected, live.get());
        }
        FailPoint.hit("network.connected");
        store.update(connected);
      } catch (RuntimeException e) {
        takeBack(container, name, e);
        throw e;
      }
      handle.publish(connected);
    } finally {
      handle.lock.unlock();
    }
  }

  private void takeBack(Container container, String network, RuntimeException cause) {
    try {
      leave(container, network);
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  private static void requireChangeable(Container container) {
    Status status = container.state().status();
    if (status == Status.REMOVING || status == Status.DEAD) {
      throw EngineException.forbidden(
          "container "
              + container.id()
              + " is marked for removal and cannot be connected or disconnected to the network");
    }
  }

  /** Disconnects a container from a network; durable when it returns. */
  public void disconnect(String reference, String network, boolean force) {
    Optional<ContainerHandle> found = containers.findHandle(reference);
    if (found.isEmpty()) {
      if (force) {
        return;
      }
      throw EngineException.notFound("No such container: " + reference);
    }
    ContainerHandle handle = found.get();
    handle.lock.lock();
    try {
      Container container = handle.current();
      requireChangeable(container);
      String name = networks.get(network).name();
      Map<String, EndpointSettings> rest = new LinkedHashMap<>(container.networks());
      if (rest.remove(name) == null) {
        throw EngineException.system(
            "container %s is not connected to network %s".formatted(container.id(), name), null);
      }
      Container disconnected = container.withNetworks(rest);
      store.update(disconnected);
      FailPoint.hit("network.disconnecting");
      try {
        leave(disconnected, name);
      } catch (RuntimeException e) {
        if (isIn(container, name)) {
          store.update(container);
        } else {
          handle.publish(disconnected);
        }
        throw e;
      }
      handle.publish(disconnected);
    } finally {
      handle.lock.unlock();
    }
  }

  private boolean isIn(Container container, String network) {
    return networks.live(container.id()).stream()
        .flatMap(live -> live.endpoints().stream())
        .anyMatch(endpoint -> endpoint.networkName().equals(network));
  }

  private void leave(Container container, String network) {
    if (container.state().isRunning()) {
      networks.disconnect(container.id(), network).ifPresent(live -> rewriteHosts(container, live));
    }
  }

  /**
   * Goes on with the network of a container that ran while no daemon did. A connection that the
   * record does not know is one whose making or end was cut off, and another name that of a
   * renaming.
   */
  void adopt(Container container) {
    if (!hasNetworks(container)) {
      return;
    }
    String id = container.id();
    networks
        .keepOnly(id, container.networks().keySet())
        .ifPresent(live -> rewriteHosts(container, live));
    boolean renamed =
        networks
            .live(id)
            .filter(live -> !live.containerName().equals(container.name()))
            .isPresent();
    if (renamed) {
      networks.renamed(id, container.name());
    }
  }

  /** Whether its record says what it is connected to, which may be nothing. */
  private static boolean hasNetworks(Container container) {
    return !isWithoutNetwork(container) && !container.hostConfig().networkMode().startsWith(SHARED);
  }

  private static boolean isWithoutNetwork(Container container) {
    return container.config().networkDisabled() && container.networks().isEmpty();
  }

  /** In place, because the running container has the file itself mounted. */
  private void rewriteHosts(Container container, LiveNetworking live) {
    try {
      writeFiles(container, describe(container), live);
    } catch (IOException e) {
      throw EngineException.system(
          "rewrite the hosts file of container " + container.id() + ": " + e.getMessage(), e);
    }
  }
}
