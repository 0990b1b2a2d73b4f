package io.gantry.network;

import io.gantry.config.DaemonOptions;
import io.gantry.driver.Drivers;
import io.gantry.error.EngineException;
import io.gantry.event.EventJournal;
import io.gantry.event.EventType;
import io.gantry.id.Ids;
import io.gantry.network.NetworkIndex.Entry;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.network.NetworkDriver;
import io.gantry.plugins.network.PortBinding;
import io.gantry.plugins.network.Prefix;
import io.gantry.plugins.network.Repairs;
import io.gantry.store.Store;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The networks of this host and what containers have of them. Networks are durable before {@link
 * #create} returns; what running containers have is written behind and found again after a crash.
 * All methods may be called by many threads; those that concern one container are called by one at
 * a time, under that container's lock.
 */
public final class NetworkService implements AutoCloseable {

  /** A network with the running containers that are connected to it. */
  public record Details(Network network, List<Member> members) {

    /** A running container in the network. */
    public record Member(
        String containerId, String containerName, LiveNetworking.Endpoint endpoint) {}
  }

  /** What {@link #create} made. */
  public record Created(String id, String warning) {}

  private static final Logger log = LoggerFactory.getLogger(NetworkService.class);

  private final NetworkStore store;
  private final NetworkDrivers drivers;
  private final EventJournal events;
  private final DaemonOptions.Network options;
  private final NetworkIndex index = new NetworkIndex();
  private final ContainerDns dns;
  private final Sandboxes sandboxes;
  private final NetworkStart start;

  /**
   * @param instance the engine's id, so that one engine never touches another's namespaces and
   *     interfaces
   * @param sandboxes directory for the namespaces' files, below the exec root, on a shared mount
   */
  public NetworkService(
      Store store,
      Drivers drivers,
      EventJournal events,
      DaemonOptions.Network options,
      String instance,
      Path sandboxes) {
    this.store = new NetworkStore(store);
    this.drivers = new NetworkDrivers(drivers, options, instance);
    this.events = events;
    this.options = options;
    this.dns = new ContainerDns(this.drivers);
    Endpoints endpoints = new Endpoints(sandboxes, index, this.drivers, events, dns);
    this.sandboxes = new Sandboxes(index, endpoints, this.store, dns);
    this.start =
        new NetworkStart(this.store, this.drivers, index, this.sandboxes, dns, options, sandboxes);
  }

  /**
   * Reads the records, makes the predefined networks, and puts the kernel in step: to be called
   * once, before any other method and after the containers' state is known.
   *
   * @param running whether the container of that id runs; the others' leftovers are removed
   */
  public Repairs start(Predicate<String> running) {
    return start.run(running);
  }

  /** Puts the kernel in step with the records again, as at start. */
  public Repairs reconcile() {
    return start.reconcile();
  }

  // Networks: for the API.

  /** All networks, in no particular order. */
  public List<Network> list() {
    return index.all().stream().map(entry -> entry.network).toList();
  }

  /**
   * A network by id, name, or prefix of the id, in this order; {@code network x not found} (404),
   * {@code network x is ambiguous} (400).
   */
  public Network get(String reference) {
    return index.get(reference).network;
  }

  /** The network with the containers in it. */
  public Details inspect(String reference) {
    return details(index.get(reference));
  }

  /** All networks with the containers in them, in no particular order. */
  public List<Details> inspectAll() {
    return index.all().stream().map(NetworkService::details).toList();
  }

  private static Details details(Entry entry) {
    return new Details(entry.network, List.copyOf(entry.members.values()));
  }

  public Created create(CreateNetwork request) {
    String id = Ids.random();
    Network wanted =
        NetworkRequests.network(request, id, name -> index.find(name).map(entry -> entry.network));
    NetworkDriver driver = drivers.get(wanted.driver());
    index.reserve(wanted.name(), id);
    try {
      Network planned = wanted;
      if (!wanted.configOnly()) {
        if (!driver.has(NetworkDriver.Feature.MANY_NETWORKS)) {
          throw EngineException.forbidden(
              "only one instance of \"" + wanted.driver() + "\" network is allowed");
        }
        planned = NetworkStart.with(wanted, driver.plan(wanted.spec()));
      }
      make(planned, driver);
    } catch (DriverException e) {
      index.release(wanted.name(), id);
      throw EngineException.of(e);
    } catch (RuntimeException e) {
      index.release(wanted.name(), id);
      throw e;
    }
    event("create", wanted);
    return new Created(id, "");
  }

  /**
   * First the record, then the kernel: what a crash leaves between the two is completed at the next
   * start.
   */
  private void make(Network planned, NetworkDriver driver) {
    try {
      store.put(planned);
      FailPoint.hit("network.recorded");
      if (!planned.configOnly()) {
        driver.create(planned.spec());
      }
      index.add(planned);
    } catch (RuntimeException e) {
      try {
        if (!planned.configOnly()) {
          driver.remove(planned.spec());
        }
        store.delete(planned.id());
      } catch (RuntimeException also) {
        e.addSuppressed(also);
      }
      throw e;
    }
  }

  /** Removes a network without running containers. */
  public void remove(String reference) {
    Entry entry = index.get(reference);
    if (entry.network.isPredefined()) {
      throw EngineException.forbidden(
          entry.network.name() + " is a pre-defined network and cannot be removed");
    }
    entry.lock.writeLock().lock();
    try {
      if (entry.isRemoved()) {
        throw EngineException.notFound("network " + reference + " not found");
      }
      requireUnused(entry);
      if (!entry.network.configOnly()) {
        drivers.of(entry.network).remove(entry.network.spec());
      }
      FailPoint.hit("network.removed");
      store.delete(entry.network.id());
      index.remove(entry);
      dns.removeNetwork(entry.network.id());
    } catch (DriverException e) {
      throw EngineException.of("error while removing network: ", e);
    } finally {
      entry.lock.writeLock().unlock();
    }
    event("destroy", entry.network);
  }

  private void requireUnused(Entry entry) {
    String name = entry.network.name();
    if (!entry.members.isEmpty()) {
      throw EngineException.forbidden(
          "error while removing network: network %s has active endpoints (%s)"
              .formatted(
                  name,
                  entry.members.values().stream()
                      .map(
                          m ->
                              "name:\"%s\" id:\"%s\""
                                  .formatted(
                                      m.containerName(),
                                      Ids.shortened(m.endpoint().attachment().endpointId())))
                      .collect(Collectors.joining(", "))));
    }
    if (entry.network.configOnly()
        && index.all().stream().anyMatch(e -> e.network.configFrom().equals(name))) {
      throw EngineException.forbidden("configuration network \"" + name + "\" is in use");
    }
  }

  /**
   * Removes networks that no container uses.
   *
   * @param candidate the caller's filters
   * @param used names and ids of networks that containers, also stopped ones, are to be attached to
   * @return names of those removed
   */
  public List<String> prune(Predicate<Network> candidate, Set<String> used) {
    List<String> removed = new ArrayList<>();
    for (Network network : list()) {
      if (!network.isPredefined()
          && !used.contains(network.name())
          && !used.contains(network.id())
          && candidate.test(network)) {
        try {
          remove(network.id());
          removed.add(network.name());
        } catch (EngineException e) {
          log.debug("Network {} is not pruned: {}", network.name(), e.getMessage());
        }
      }
    }
    if (!removed.isEmpty()) {
      events.publish(EventType.NETWORK, "prune", "", Map.of("reclaimed", "0"));
    }
    return removed;
  }

  private void event(String action, Network network) {
    events.publish(
        EventType.NETWORK,
        action,
        network.id(),
        Map.of("name", network.name(), "type", network.driver()));
  }

  // Containers: for ContainerService.

  /**
   * Checks what a container wants at its creation, with Docker's messages. A network that is not
   * there is no error yet.
   *
   * @param mode the network mode
   * @param networks as the client sent them
   * @return what to keep in the container's record: the network of the mode is always in it
   */
  public Map<String, EndpointSettings> check(String mode, Map<String, EndpointSettings> networks) {
    return new EndpointRules(index).checkCreate(mode, networks);
  }

  /**
   * Makes the container's network namespace, joins the networks and publishes the ports; all or
   * nothing. Leftovers of an earlier start that was cut off are removed first. To be called before
   * the runtime creates the container.
   */
  public LiveNetworking up(ContainerNetworking wanted) {
    return sandboxes.up(wanted);
  }

  /**
   * Ends what {@link #up} and {@link #connect} made; does nothing when there is nothing. Never
   * fails: what cannot be removed now is logged and removed by the next reconciliation.
   */
  public void down(String containerId) {
    sandboxes.down(containerId);
  }

  /**
   * Checks a connection that is to be added to a container, running or not, and returns the
   * network's name as it is to be kept in the record.
   *
   * @param connected the networks in the container's record
   */
  public String checkConnect(
      String networkReference,
      String mode,
      EndpointSettings settings,
      Map<String, EndpointSettings> connected) {
    return new EndpointRules(index).checkConnect(get(networkReference), mode, settings, connected);
  }

  /** Connects a running container to one more network. */
  public LiveNetworking connect(
      String containerId,
      String networkReference,
      EndpointSettings settings,
      List<PortBinding> ports) {
    return sandboxes.connect(containerId, index.get(networkReference), settings, ports);
  }

  /** Whether containers on the default bridge reach nothing of each other but by links. */
  public boolean isLinkNeeded() {
    return !options.icc();
  }

  /**
   * Lets a running container reach ports of others on the default bridge, in place of those it
   * could reach before. Those that do not run are passed over.
   *
   * @param others exposed ports by container id
   */
  public void link(String containerId, Map<String, Set<String>> others) {
    sandboxes.link(containerId, others);
  }

  /** Disconnects a running container from a network; does nothing when it is not connected. */
  public Optional<LiveNetworking> disconnect(String containerId, String networkReference) {
    return index.find(networkReference).flatMap(entry -> sandboxes.disconnect(containerId, entry));
  }

  /**
   * Disconnects a running container from all networks but these.
   *
   * @return empty when there was nothing to do
   */
  public Optional<LiveNetworking> keepOnly(String containerId, Set<String> networks) {
    return sandboxes.keepOnly(containerId, networks);
  }

  /** What a running container has; empty for one that does not run. Takes no lock. */
  public Optional<LiveNetworking> live(String containerId) {
    return sandboxes.live(containerId);
  }

  /** The container has another name now: DNS answers to it. */
  public void renamed(String containerId, String name) {
    sandboxes.renamed(containerId, name);
  }

  /**
   * The names a container has, or would have, in a user-defined network's DNS (API {@code
   * DNSNames}): empty for predefined networks.
   */
  public List<String> dnsNames(
      String network,
      String containerName,
      String containerId,
      String hostname,
      List<String> aliases) {
    return Predefined.NAMES.contains(network)
        ? List.of()
        : ContainerDns.names(new Endpoints.Owner(containerId, containerName, hostname), aliases);
  }

  /** Contents of {@code /etc/hosts} for a container with this network. */
  public String hostsFile(ContainerNetworking wanted, LiveNetworking live) {
    Optional<String> bridge = index.byName(Predefined.BRIDGE).map(entry -> entry.network.id());
    return EtcFiles.hosts(
        wanted,
        live,
        hostGateway(),
        other ->
            bridge
                .flatMap(id -> live(other).flatMap(l -> l.endpoint(id)))
                .flatMap(e -> e.attachment().ipv4())
                .map(Prefix::address));
  }

  private List<InetAddress> hostGateway() {
    if (!options.hostGatewayAddresses().isEmpty()) {
      return options.hostGatewayAddresses();
    }
    return index.byName(Predefined.BRIDGE).stream()
        .flatMap(entry -> entry.network.spec().pools().stream())
        .flatMap(pool -> pool.gateway().stream())
        .toList();
  }

  /** Contents of {@code /etc/resolv.conf} for a container with this network. */
  public String resolvConf(ContainerNetworking wanted, LiveNetworking live) {
    return EtcFiles.resolvConf(wanted, live, options, HostResolver.read());
  }

  /** Closes DNS sockets; containers keep their networks. */
  @Override
  public void close() {
    dns.closeAll();
  }
}
