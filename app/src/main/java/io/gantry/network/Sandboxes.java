package io.gantry.network;

import io.gantry.error.EngineException;
import io.gantry.event.EventJournal;
import io.gantry.event.EventType;
import io.gantry.linux.netns.NetNamespace;
import io.gantry.network.NetworkIndex.Entry;
import io.gantry.network.NetworkService.Details.Member;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.network.EndpointSpec;
import io.gantry.plugins.network.NetworkDriver;
import io.gantry.plugins.network.NetworkDriver.Feature;
import io.gantry.plugins.network.PortBinding;
import io.gantry.plugins.network.Prefix;
import io.gantry.plugins.network.PublishedPort;
import io.gantry.plugins.network.Sandbox;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running containers' network namespaces and their endpoints. Calls for one container are made by one thread at a time. */
final class Sandboxes {

  private static final Logger log = LoggerFactory.getLogger(Sandboxes.class);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String SET_UP = "failed to set up container networking: ";
  private static final String INTERFACE_NAME = "com.docker.network.endpoint.ifname";

  private final Path directory;
  private final NetworkIndex index;
  private final NetworkDrivers drivers;
  private final NetworkStore store;
  private final EventJournal events;
  private final ContainerDns dns;
  private final Map<String, LiveNetworking> live = new ConcurrentHashMap<>();

  Sandboxes(
      Path directory,
      NetworkIndex index,
      NetworkDrivers drivers,
      NetworkStore store,
      EventJournal events,
      ContainerDns dns) {
    this.directory = directory;
    this.index = index;
    this.drivers = drivers;
    this.store = store;
    this.events = events;
    this.dns = dns;
  }

  Optional<LiveNetworking> live(String containerId) {
    return Optional.ofNullable(live.get(containerId));
  }

  Map<String, LiveNetworking> all() {
    return live;
  }

  /** Takes over what a running container had before the daemon was restarted. */
  void adopt(LiveNetworking known) {
    for (LiveNetworking.Endpoint endpoint : known.endpoints()) {
      index
          .byId(endpoint.attachment().networkId())
          .ifPresent(e -> e.members.put(known.containerId(), member(known, endpoint)));
    }
    live.put(known.containerId(), known);
  }

  private static Member member(LiveNetworking of, LiveNetworking.Endpoint endpoint) {
    return new Member(of.containerId(), of.containerName(), endpoint);
  }

  Path file(String containerId) {
    return directory.resolve(containerId);
  }

  LiveNetworking up(ContainerNetworking wanted) {
    down(wanted.containerId());
    String mode = Predefined.network(wanted.mode());
    Map<String, EndpointSettings> settings = new LinkedHashMap<>(wanted.networks());
    if (settings.isEmpty()) {
      settings.put(mode, EndpointSettings.NONE);
    }
    boolean host = mode.equals(Predefined.HOST);
    Optional<Path> netns = host ? Optional.empty() : Optional.of(file(wanted.containerId()));
    Builder builder = new Builder(wanted, netns);
    try {
      if (netns.isPresent()) {
        NetNamespace.remove(netns.get());
        NetNamespace.create(netns.get());
      }
      List<Wish> wishes = wishes(settings, wanted.networks().isEmpty() ? mode : "");
      Optional<Wish> gateway = gateway(wishes);
      for (Wish wish : wishes) {
        builder.join(wish, gateway.filter(wish::equals).isPresent());
      }
      if (gateway.isPresent() && !wanted.ports().isEmpty()) {
        builder.publish(gateway.get().entry);
      }
      LiveNetworking done = builder.build();
      live.put(done.containerId(), done);
      if (done.resolver().isPresent()) {
        dns.open(done, () -> live(done.containerId()).orElse(done));
      }
      store.putLater(done);
      done.endpoints().forEach(e -> event("connect", done.containerId(), e));
      return done;
    } catch (EngineException e) {
      builder.undo();
      throw e.getMessage().startsWith(SET_UP)
          ? e
          : new EngineException(e.kind(), SET_UP + e.getMessage(), e);
    } catch (DriverException e) {
      builder.undo();
      throw Failures.of(SET_UP, e);
    } catch (IOException e) {
      builder.undo();
      throw EngineException.system(SET_UP + e.getMessage(), e);
    }
  }

  /** A network to be joined. */
  private record Wish(Entry entry, EndpointSettings settings) {}

  /** In the order in which the interfaces are numbered: the default bridge first, then by name. */
  private List<Wish> wishes(Map<String, EndpointSettings> settings, String onlyIfThere) {
    List<Wish> wishes = new ArrayList<>();
    settings.forEach(
        (reference, wanted) -> {
          if (reference.equals(onlyIfThere)
              && reference.equals(Predefined.BRIDGE)
              && index.byName(reference).isEmpty()) {
            return;
          }
          wishes.add(new Wish(index.get(reference), wanted));
        });
    wishes.sort(
        Comparator.comparing((Wish w) -> !w.entry.network.name().equals(Predefined.BRIDGE))
            .thenComparing(w -> w.entry.network.name()));
    return wishes;
  }

  /** The one that gives the default route: the highest priority, then the first by name, of those that lead anywhere. */
  private static Optional<Wish> gateway(List<Wish> wishes) {
    return wishes.stream()
        .filter(w -> !w.entry.network.spec().internal())
        .min(
            Comparator.comparing((Wish w) -> -w.settings.gwPriority())
                .thenComparing(w -> w.entry.network.name()));
  }

  private Attachment join(
      LiveOf of, Entry entry, EndpointSettings settings, String interfaceName, boolean defaultRoute) {
    Network network = entry.network;
    NetworkDriver driver = drivers.of(network);
    EndpointSpec spec =
        new EndpointSpec(
            newId(),
            network.id(),
            of.containerId,
            of.containerName,
            interfaceName,
            address(settings.ipv4Address()),
            address(settings.ipv6Address()),
            settings.macAddress().isEmpty()
                ? Optional.empty()
                : Optional.of(settings.macAddress()),
            defaultRoute,
            settings.driverOpts());
    entry.lock.readLock().lock();
    try {
      if (entry.isRemoved()) {
        throw EngineException.notFound("network " + network.name() + " not found");
      }
      Attachment attachment =
          driver.join(network.spec(), spec, new Sandbox(of.containerId, file(of.containerId)));
      LiveNetworking.Endpoint endpoint =
          new LiveNetworking.Endpoint(
              network.name(), settings, attachment, dns.names(network, of, settings));
      entry.members.put(of.containerId, new Member(of.containerId, of.containerName, endpoint));
      dns.add(endpoint);
      return attachment;
    } finally {
      entry.lock.readLock().unlock();
    }
  }

  /** Who joins. */
  record LiveOf(String containerId, String containerName, String hostname) {}

  private void leave(LiveNetworking.Endpoint endpoint, String containerId, boolean namespaceStays) {
    Attachment attachment = endpoint.attachment();
    dns.remove(attachment);
    index
        .byId(attachment.networkId())
        .ifPresent(
            entry -> {
              try {
                drivers
                    .of(entry.network)
                    .leave(
                        entry.network.spec(),
                        attachment,
                        namespaceStays
                            ? Optional.of(new Sandbox(containerId, file(containerId)))
                            : Optional.empty());
              } catch (DriverException | EngineException e) {
                log.warn(
                    "Container {} could not leave network {}",
                    containerId,
                    entry.network.name(),
                    e);
              } finally {
                entry.members.remove(containerId);
              }
            });
  }

  void down(String containerId) {
    LiveNetworking gone = live.remove(containerId);
    if (gone == null) {
      return;
    }
    dns.close(containerId);
    gone.netns().ifPresent(this::removeNamespace);
    for (LiveNetworking.Endpoint endpoint : gone.endpoints()) {
      leave(endpoint, containerId, false);
      event("disconnect", containerId, endpoint);
    }
    store.deleteLater(containerId);
  }

  private void removeNamespace(Path file) {
    try {
      NetNamespace.remove(file);
    } catch (IOException e) {
      log.warn("Network namespace {} could not be removed", file, e);
    }
  }

  LiveNetworking connect(String containerId, Entry entry, EndpointSettings settings) {
    LiveNetworking now =
        live(containerId)
            .orElseThrow(
                () -> EngineException.conflict("container " + containerId + " is not running"));
    if (now.endpoint(entry.network.id()).isPresent()) {
      throw EngineException.forbidden(
          "endpoint with name %s already exists in network %s"
              .formatted(now.containerName(), entry.network.name()));
    }
    LiveOf of = new LiveOf(containerId, now.containerName(), now.hostname());
    Set<String> taken = new HashSet<>();
    now.endpoints().forEach(e -> taken.add(e.attachment().interfaceName()));
    boolean leads = leads(now, entry.network, settings);
    try {
      Attachment attachment =
          join(of, entry, settings, interfaceName(entry, settings, taken), leads);
      LiveNetworking.Endpoint endpoint =
          new LiveNetworking.Endpoint(
              entry.network.name(), settings, attachment, dns.names(entry.network, of, settings));
      List<LiveNetworking.Endpoint> endpoints = new ArrayList<>(now.endpoints());
      endpoints.add(endpoint);
      LiveNetworking changed = with(now, endpoints);
      live.put(containerId, changed);
      store.putLater(changed);
      event("connect", containerId, endpoint);
      return changed;
    } catch (DriverException e) {
      throw Failures.of(e);
    }
  }

  /** Whether a network that is joined later takes over the default route. */
  private boolean leads(LiveNetworking now, Network network, EndpointSettings settings) {
    if (network.spec().internal()) {
      return false;
    }
    return route(now.endpoints())
        .map(
            current ->
                current.settings().gwPriority() < settings.gwPriority()
                    || current.settings().gwPriority() == settings.gwPriority()
                        && network.name().compareTo(current.networkName()) < 0)
        .orElse(true);
  }

  /** The endpoint that gives the default route. */
  static Optional<LiveNetworking.Endpoint> route(List<LiveNetworking.Endpoint> endpoints) {
    return endpoints.stream()
        .filter(e -> e.attachment().gateway4().isPresent() || e.attachment().gateway6().isPresent())
        .min(
            Comparator.comparing((LiveNetworking.Endpoint e) -> -e.settings().gwPriority())
                .thenComparing(LiveNetworking.Endpoint::networkName));
  }

  Optional<LiveNetworking> disconnect(String containerId, Entry entry) {
    LiveNetworking now = live.get(containerId);
    Optional<LiveNetworking.Endpoint> endpoint =
        Optional.ofNullable(now).flatMap(n -> n.endpoint(entry.network.id()));
    if (now == null || endpoint.isEmpty()) {
      return Optional.empty();
    }
    leave(endpoint.get(), containerId, true);
    List<LiveNetworking.Endpoint> rest = new ArrayList<>(now.endpoints());
    rest.remove(endpoint.get());
    LiveNetworking changed = with(now, rest);
    live.put(containerId, changed);
    store.putLater(changed);
    event("disconnect", containerId, endpoint.get());
    if (route(now.endpoints()).equals(endpoint)) {
      route(rest).ifPresent(next -> routeThrough(next, containerId));
    }
    return Optional.of(changed);
  }

  private void routeThrough(LiveNetworking.Endpoint endpoint, String containerId) {
    index
        .byId(endpoint.attachment().networkId())
        .ifPresent(
            entry -> {
              try {
                drivers
                    .of(entry.network)
                    .routeThrough(
                        entry.network.spec(),
                        endpoint.attachment(),
                        new Sandbox(containerId, file(containerId)));
              } catch (DriverException e) {
                log.warn("Container {} has no default route now", containerId, e);
              }
            });
  }

  /** With other endpoints. Ports go with the endpoint that published them, the one of the default route. */
  private LiveNetworking with(LiveNetworking now, List<LiveNetworking.Endpoint> endpoints) {
    boolean publisherLeft =
        route(now.endpoints()).filter(e -> !endpoints.contains(e)).isPresent();
    return new LiveNetworking(
            now.containerId(),
            now.containerName(),
            now.hostname(),
            now.netns(),
            endpoints,
            publisherLeft ? List.of() : now.ports(),
            now.resolver());
  }

  /** The container has another name: in records and in DNS. */
  void renamed(String containerId, String name) {
    live.computeIfPresent(
        containerId,
        (id, now) -> {
          List<LiveNetworking.Endpoint> endpoints =
              now.endpoints().stream()
                  .map(e -> dns.renamed(e, now.containerName(), name))
                  .toList();
          LiveNetworking changed =
              new LiveNetworking(
                  id,
                  name,
                  now.hostname(),
                  now.netns(),
                  endpoints,
                  now.ports(),
                  now.resolver());
          endpoints.forEach(
              e ->
                  index
                      .byId(e.attachment().networkId())
                      .ifPresent(entry -> entry.members.put(id, member(changed, e))));
          store.putLater(changed);
          return changed;
        });
  }

  private void event(String action, String containerId, LiveNetworking.Endpoint endpoint) {
    String type =
        index.byId(endpoint.attachment().networkId()).map(e -> e.network.driver()).orElse("");
    events.publish(
        EventType.NETWORK,
        action,
        endpoint.attachment().networkId(),
        Map.of("container", containerId, "name", endpoint.networkName(), "type", type));
  }

  private static String interfaceName(Entry entry, EndpointSettings settings, Set<String> taken) {
    String wanted = settings.driverOpts().getOrDefault(INTERFACE_NAME, "");
    if (!wanted.isEmpty()) {
      if (!wanted.matches("[^\\s/:]{1,15}") || !taken.add(wanted)) {
        throw EngineException.invalid(
            "invalid interface name for network %s: %s".formatted(entry.network.name(), wanted));
      }
      return wanted;
    }
    String prefix =
        entry
            .network
            .spec()
            .options()
            .getOrDefault("com.docker.network.container_iface_prefix", "eth");
    for (int i = 0; ; i++) {
      if (taken.add(prefix + i)) {
        return prefix + i;
      }
    }
  }

  private static Optional<InetAddress> address(String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Prefix.address(text));
    } catch (IllegalArgumentException e) {
      throw EngineException.invalid("invalid IP address: " + text);
    }
  }

  private static String newId() {
    byte[] bytes = new byte[32];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Gathers what a start has made so far, so that it can be taken back. */
  private final class Builder {

    private final ContainerNetworking wanted;
    private final Optional<Path> netns;
    private final LiveOf of;
    private final List<LiveNetworking.Endpoint> endpoints = new ArrayList<>();
    private final Set<String> interfaces = new LinkedHashSet<>();
    private List<PublishedPort> ports = List.of();
    private boolean named;

    Builder(ContainerNetworking wanted, Optional<Path> netns) {
      this.wanted = wanted;
      this.netns = netns;
      this.of = new LiveOf(wanted.containerId(), wanted.containerName(), wanted.hostname());
    }

    void join(Wish wish, boolean defaultRoute) {
      Network network = wish.entry.network;
      String name =
          drivers.of(network).has(Feature.ADDRESSES)
              ? interfaceName(wish.entry, wish.settings, interfaces)
              : "";
      Attachment attachment =
          Sandboxes.this.join(of, wish.entry, wish.settings, name, defaultRoute);
      named |= dns.serves(network);
      endpoints.add(
          new LiveNetworking.Endpoint(
              network.name(), wish.settings, attachment, dns.names(network, of, wish.settings)));
    }

    void publish(Entry entry) {
      NetworkDriver driver = drivers.of(entry.network);
      if (!driver.has(Feature.PORTS)) {
        return;
      }
      LiveNetworking.Endpoint endpoint =
          endpoints.stream()
              .filter(e -> e.attachment().networkId().equals(entry.network.id()))
              .findFirst()
              .orElseThrow();
      List<PortBinding> bindings = wanted.ports();
      try {
        ports = driver.publish(entry.network.spec(), endpoint.attachment(), bindings);
      } catch (DriverException e) {
        throw Failures.of(
            "%sdriver failed programming external connectivity on endpoint %s (%s): "
                .formatted(SET_UP, wanted.containerName(), endpoint.attachment().endpointId()),
            e);
      }
    }

    LiveNetworking build() {
      Optional<LiveNetworking.Resolver> resolver =
          named
              ? Optional.of(new LiveNetworking.Resolver(wanted.dns(), wanted.links()))
              : Optional.empty();
      return new LiveNetworking(
          wanted.containerId(),
          wanted.containerName(),
          wanted.hostname(),
          netns,
          endpoints,
          ports,
          resolver);
    }

    void undo() {
      live.remove(wanted.containerId());
      dns.close(wanted.containerId());
      netns.ifPresent(Sandboxes.this::removeNamespace);
      endpoints.forEach(e -> leave(e, wanted.containerId(), false));
    }
  }
}
