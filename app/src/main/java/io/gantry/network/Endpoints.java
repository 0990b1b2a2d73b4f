package io.gantry.network;

import io.gantry.error.EngineException;
import io.gantry.event.EventJournal;
import io.gantry.event.EventType;
import io.gantry.id.Ids;
import io.gantry.network.NetworkIndex.Entry;
import io.gantry.network.NetworkService.Details.Member;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.network.EndpointSpec;
import io.gantry.plugins.network.NetworkDriver;
import io.gantry.plugins.network.NetworkDriver.Feature;
import io.gantry.plugins.network.Passage;
import io.gantry.plugins.network.PortBinding;
import io.gantry.plugins.network.Prefix;
import io.gantry.plugins.network.PublishedPort;
import io.gantry.plugins.network.Sandbox;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Single endpoints: joined, left, published, with the names they have. Keeps no state of its own.
 */
final class Endpoints {

  private static final Logger log = LoggerFactory.getLogger(Endpoints.class);
  private static final String INTERFACE_NAME = "com.docker.network.endpoint.ifname";
  private static final String INTERFACE_PREFIX = "com.docker.network.container_iface_prefix";

  /** Who joins. */
  record Owner(String containerId, String containerName, String hostname) {}

  private final Path directory;
  private final NetworkIndex index;
  private final NetworkDrivers drivers;
  private final EventJournal events;
  private final ContainerDns dns;

  /**
   * @param directory of the namespaces' files
   */
  Endpoints(
      Path directory,
      NetworkIndex index,
      NetworkDrivers drivers,
      EventJournal events,
      ContainerDns dns) {
    this.directory = directory;
    this.index = index;
    this.drivers = drivers;
    this.events = events;
    this.dns = dns;
  }

  Path namespace(String containerId) {
    return directory.resolve(containerId);
  }

  private Sandbox sandbox(String containerId) {
    return new Sandbox(containerId, namespace(containerId));
  }

  /**
   * Joins a container to a network.
   *
   * @param interfaces names that are taken in the container; the new one is added
   */
  LiveNetworking.Endpoint join(
      Owner owner,
      Entry entry,
      EndpointSettings settings,
      Set<String> interfaces,
      boolean defaultRoute) {
    Network network = entry.network;
    NetworkDriver driver = drivers.of(network);
    EndpointSpec spec =
        new EndpointSpec(
            Ids.random(),
            network.id(),
            owner.containerId,
            owner.containerName,
            driver.has(Feature.ADDRESSES) ? interfaceName(network, settings, interfaces) : "",
            address(settings.ipv4Address()),
            address(settings.ipv6Address()),
            settings.linkLocalIps().stream().flatMap(ip -> address(ip).stream()).toList(),
            Optional.of(settings.macAddress())
                .filter(mac -> !mac.isEmpty())
                .map(mac -> mac.replace('-', ':')),
            defaultRoute,
            settings.driverOpts());
    entry.lock.readLock().lock();
    try {
      if (entry.isRemoved()) {
        throw EngineException.notFound("network " + network.name() + " not found");
      }
      LiveNetworking.Endpoint endpoint =
          new LiveNetworking.Endpoint(
              network.name(),
              settings,
              driver.join(network.spec(), spec, sandbox(owner.containerId)),
              dns.names(network, owner, settings));
      show(entry, owner.containerId, owner.containerName, endpoint);
      return endpoint;
    } finally {
      entry.lock.readLock().unlock();
    }
  }

  /** Lists the endpoint with its network, and its names in DNS. */
  void show(
      Entry entry, String containerId, String containerName, LiveNetworking.Endpoint endpoint) {
    entry.members.put(containerId, new Member(containerId, containerName, endpoint));
    dns.add(endpoint);
  }

  /**
   * Takes the container out of the network. What fails is logged; the next reconciliation finishes
   * it.
   */
  void leave(LiveNetworking.Endpoint endpoint, String containerId, boolean namespaceStays) {
    Attachment attachment = endpoint.attachment();
    dns.remove(attachment);
    Optional<Entry> found = index.byId(attachment.networkId());
    if (found.isEmpty()) {
      return;
    }
    Network network = found.get().network;
    try {
      drivers
          .of(network)
          .leave(
              network.spec(),
              attachment,
              namespaceStays ? Optional.of(sandbox(containerId)) : Optional.empty());
    } catch (RuntimeException e) {
      log.warn("Container {} could not leave network {}", containerId, network.name(), e);
    } finally {
      found.get().members.remove(containerId);
    }
  }

  /** Publishes ports of an endpoint; none where the driver cannot. */
  List<PublishedPort> publish(
      String containerName, LiveNetworking.Endpoint endpoint, List<PortBinding> wanted) {
    Network network = network(endpoint);
    NetworkDriver driver = drivers.of(network);
    if (wanted.isEmpty() || !driver.has(Feature.PORTS)) {
      return List.of();
    }
    try {
      return driver.publish(network.spec(), endpoint.attachment(), wanted);
    } catch (DriverException e) {
      throw EngineException.of(
          "driver failed programming external connectivity on endpoint %s (%s): "
              .formatted(containerName, endpoint.attachment().endpointId()),
          e);
    }
  }

  /** Lets an endpoint reach others, where the network keeps them apart. */
  void permit(LiveNetworking.Endpoint from, List<Passage> passages) {
    Network network = network(from);
    try {
      drivers.of(network).permit(network.spec(), from.attachment(), passages);
    } catch (DriverException e) {
      throw EngineException.of("cannot open links: ", e);
    }
  }

  /** Opens the same host ports for another endpoint, when the default route has moved to it. */
  List<PublishedPort> move(
      String containerName,
      LiveNetworking.Endpoint from,
      LiveNetworking.Endpoint to,
      List<PublishedPort> ports) {
    Network network = network(from);
    drivers.of(network).withdraw(network.spec(), from.attachment());
    try {
      return publish(containerName, to, bindings(ports));
    } catch (RuntimeException e) {
      try {
        publish(containerName, from, bindings(ports));
      } catch (RuntimeException also) {
        e.addSuppressed(also);
      }
      throw e;
    }
  }

  /** What would open the same ports again. */
  static List<PortBinding> bindings(List<PublishedPort> ports) {
    Map<PortBinding, Boolean> bindings = new LinkedHashMap<>();
    for (PublishedPort port : ports) {
      boolean bothFamilies =
          port.hostAddress().isAnyLocalAddress()
              && ports.stream()
                      .filter(p -> p.hostAddress().isAnyLocalAddress())
                      .filter(p -> p.protocol() == port.protocol())
                      .filter(p -> p.hostPort() == port.hostPort())
                      .count()
                  == 2;
      bindings.put(
          new PortBinding(
              port.containerPort(),
              port.protocol(),
              bothFamilies ? Optional.empty() : Optional.of(port.hostAddress()),
              port.hostPort(),
              port.hostPort()),
          true);
    }
    return List.copyOf(bindings.keySet());
  }

  void routeThrough(LiveNetworking.Endpoint endpoint, String containerId) {
    Network network = network(endpoint);
    try {
      drivers.of(network).routeThrough(network.spec(), endpoint.attachment(), sandbox(containerId));
    } catch (DriverException e) {
      throw EngineException.of(e);
    }
  }

  private Network network(LiveNetworking.Endpoint endpoint) {
    return index.get(endpoint.attachment().networkId()).network;
  }

  /**
   * The endpoint that gives the default route and publishes ports: the highest priority, then the
   * first by name, of those that lead anywhere.
   */
  static Optional<LiveNetworking.Endpoint> route(List<LiveNetworking.Endpoint> endpoints) {
    return endpoints.stream()
        .filter(e -> e.attachment().gateway4().isPresent() || e.attachment().gateway6().isPresent())
        .min(
            Comparator.comparingInt((LiveNetworking.Endpoint e) -> -e.settings().gwPriority())
                .thenComparing(LiveNetworking.Endpoint::networkName));
  }

  void event(String action, String containerId, LiveNetworking.Endpoint endpoint) {
    String id = endpoint.attachment().networkId();
    String type = index.byId(id).map(e -> e.network.driver()).orElse("");
    events.publish(
        EventType.NETWORK,
        action,
        id,
        Map.of("container", containerId, "name", endpoint.networkName(), "type", type));
  }

  private static String interfaceName(
      Network network, EndpointSettings settings, Set<String> taken) {
    String wanted = settings.driverOpts().getOrDefault(INTERFACE_NAME, "");
    if (!wanted.isEmpty()) {
      if (!wanted.matches("[^\\s/:]{1,15}") || !taken.add(wanted)) {
        throw EngineException.invalid(
            "invalid interface name for network %s: %s".formatted(network.name(), wanted));
      }
      return wanted;
    }
    String prefix = network.spec().options().getOrDefault(INTERFACE_PREFIX, "eth");
    int number = 0;
    while (!taken.add(prefix + number)) {
      number++;
    }
    return prefix + number;
  }

  private static Optional<InetAddress> address(String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Prefix.address(text));
    } catch (IllegalArgumentException e) {
      throw new EngineException(EngineException.Kind.INVALID, "invalid IP address: " + text, e);
    }
  }
}
