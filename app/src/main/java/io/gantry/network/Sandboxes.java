package io.gantry.network;

import io.gantry.error.EngineException;
import io.gantry.linux.netns.NetNamespace;
import io.gantry.network.NetworkIndex.Entry;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.network.Passage;
import io.gantry.plugins.network.PortBinding;
import io.gantry.plugins.network.PublishedPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running containers' network namespaces. Calls for one container are made by one thread at a
 * time; what a container has is an immutable record that is read without a lock.
 */
final class Sandboxes {

  private static final Logger log = LoggerFactory.getLogger(Sandboxes.class);
  private static final String SET_UP = "failed to set up container networking: ";

  private final NetworkIndex index;
  private final Endpoints endpoints;
  private final NetworkStore store;
  private final ContainerDns dns;
  private final Map<String, LiveNetworking> live = new ConcurrentHashMap<>();

  Sandboxes(NetworkIndex index, Endpoints endpoints, NetworkStore store, ContainerDns dns) {
    this.index = index;
    this.endpoints = endpoints;
    this.store = store;
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
          .ifPresent(e -> endpoints.show(e, known.containerId(), known.containerName(), endpoint));
    }
    live.put(known.containerId(), known);
  }

  /** A network to be joined. */
  private record Wish(Entry entry, EndpointSettings settings) {

    String name() {
      return entry.network.name();
    }
  }

  LiveNetworking up(ContainerNetworking wanted) {
    String id = wanted.containerId();
    down(id);
    boolean host = Predefined.network(wanted.mode()).equals(Predefined.HOST);
    Optional<Path> netns = host ? Optional.empty() : Optional.of(endpoints.namespace(id));
    List<LiveNetworking.Endpoint> joined = new ArrayList<>();
    try {
      LiveNetworking made = make(wanted, netns, joined);
      live.put(id, made);
      if (made.resolver().isPresent()) {
        dns.open(made, () -> live(id).orElse(made));
      }
      store.putLater(made);
      made.endpoints().forEach(e -> endpoints.event("connect", id, e));
      return made;
    } catch (IOException | RuntimeException e) {
      undo(id, netns, joined);
      throw switch (e) {
        case EngineException refused ->
            new EngineException(refused.kind(), SET_UP + refused.getMessage(), refused);
        case DriverException failed -> EngineException.of(SET_UP, failed);
        default -> EngineException.system(SET_UP + e.getMessage(), e);
      };
    }
  }

  /**
   * @param joined gathers the endpoints, so that they can be undone
   */
  private LiveNetworking make(
      ContainerNetworking wanted, Optional<Path> netns, List<LiveNetworking.Endpoint> joined)
      throws IOException {
    if (netns.isPresent()) {
      NetNamespace.remove(netns.get());
      NetNamespace.create(netns.get());
    }
    Endpoints.Owner owner =
        new Endpoints.Owner(wanted.containerId(), wanted.containerName(), wanted.hostname());
    List<Wish> wishes = wishes(wanted);
    Optional<Wish> gateway = gateway(wishes);
    Set<String> interfaces = new HashSet<>();
    for (Wish wish : wishes) {
      joined.add(
          endpoints.join(
              owner,
              wish.entry,
              wish.settings,
              interfaces,
              gateway.filter(wish::equals).isPresent()));
    }
    Optional<LiveNetworking.Endpoint> route = Endpoints.route(joined);
    List<PublishedPort> ports =
        route.isPresent()
            ? endpoints.publish(wanted.containerName(), route.get(), wanted.ports())
            : List.of();
    boolean named = wishes.stream().anyMatch(w -> dns.serves(w.entry.network));
    return new LiveNetworking(
        wanted.containerId(),
        wanted.containerName(),
        wanted.hostname(),
        netns,
        joined,
        ports,
        List.of(),
        named
            ? Optional.of(new LiveNetworking.Resolver(wanted.dns(), wanted.links()))
            : Optional.empty());
  }

  private void undo(
      String containerId, Optional<Path> netns, List<LiveNetworking.Endpoint> joined) {
    live.remove(containerId);
    dns.close(containerId);
    netns.ifPresent(this::removeNamespace);
    joined.forEach(e -> endpoints.leave(e, containerId, false));
  }

  /** In the order in which the interfaces are numbered: the default bridge first, then by name. */
  private List<Wish> wishes(ContainerNetworking wanted) {
    return wanted.networks().entrySet().stream()
        .map(e -> new Wish(network(e.getKey()), e.getValue()))
        .sorted(
            Comparator.comparing((Wish w) -> !w.name().equals(Predefined.BRIDGE))
                .thenComparing(Wish::name))
        .toList();
  }

  /** Where the daemon was told to make no default bridge, there is {@code none} in its place. */
  private Entry network(String reference) {
    return find(reference).orElseGet(() -> index.get(reference));
  }

  private Optional<Entry> find(String reference) {
    return reference.equals(Predefined.BRIDGE) && index.byName(Predefined.BRIDGE).isEmpty()
        ? index.find(Predefined.NONE)
        : index.find(reference);
  }

  /** The network that {@link Endpoints#route} will find, as far as it is known before joining. */
  private static Optional<Wish> gateway(List<Wish> wishes) {
    return wishes.stream()
        .filter(w -> !w.entry.network.spec().internal())
        .min(
            Comparator.comparingInt((Wish w) -> -w.settings.gwPriority())
                .thenComparing(Wish::name));
  }

  void down(String containerId) {
    LiveNetworking gone = live.remove(containerId);
    if (gone == null) {
      return;
    }
    // First: no row has an address that is free, or another's.
    store.deleteLater(containerId);
    dns.close(containerId);
    gone.netns().ifPresent(this::removeNamespace);
    for (LiveNetworking.Endpoint endpoint : gone.endpoints()) {
      endpoints.leave(endpoint, containerId, false);
      endpoints.event("disconnect", containerId, endpoint);
    }
  }

  private void removeNamespace(Path file) {
    try {
      NetNamespace.remove(file);
    } catch (IOException e) {
      log.warn("Network namespace {} could not be removed", file, e);
    }
  }

  LiveNetworking connect(
      String containerId, Entry entry, EndpointSettings settings, List<PortBinding> ports) {
    LiveNetworking now =
        live(containerId)
            .orElseThrow(
                () -> EngineException.conflict("container " + containerId + " is not running"));
    if (now.endpoint(entry.network.id()).isPresent()) {
      throw EngineException.forbidden(
          "endpoint with name %s already exists in network %s"
              .formatted(now.containerName(), entry.network.name()));
    }
    Set<String> interfaces = new HashSet<>();
    now.endpoints().forEach(e -> interfaces.add(e.attachment().interfaceName()));
    Endpoints.Owner owner = new Endpoints.Owner(containerId, now.containerName(), now.hostname());
    LiveNetworking.Endpoint endpoint;
    try {
      endpoint = endpoints.join(owner, entry, settings, interfaces, false);
    } catch (DriverException e) {
      throw EngineException.of(e);
    }
    List<LiveNetworking.Endpoint> all = new ArrayList<>(now.endpoints());
    all.add(endpoint);
    try {
      LiveNetworking next = change(now, all, entry, ports);
      endpoints.event("connect", containerId, endpoint);
      return next;
    } catch (RuntimeException e) {
      endpoints.leave(endpoint, containerId, true);
      throw e;
    }
  }

  Optional<LiveNetworking> disconnect(String containerId, Entry entry) {
    Optional<LiveNetworking> now = live(containerId);
    Optional<LiveNetworking.Endpoint> gone = now.flatMap(n -> n.endpoint(entry.network.id()));
    if (now.isEmpty() || gone.isEmpty()) {
      return Optional.empty();
    }
    List<LiveNetworking.Endpoint> rest = new ArrayList<>(now.get().endpoints());
    rest.remove(gone.get());
    // First, as in down().
    LiveNetworking next = change(now.get(), rest, entry, List.of());
    endpoints.leave(gone.get(), containerId, true);
    endpoints.event("disconnect", containerId, gone.get());
    return Optional.of(next);
  }

  /** See {@link NetworkService#keepOnly}. */
  Optional<LiveNetworking> keepOnly(String containerId, Set<String> networks) {
    Set<String> kept =
        networks.stream()
            .flatMap(name -> find(name).stream())
            .map(entry -> entry.network.id())
            .collect(Collectors.toSet());
    Optional<LiveNetworking> changed = Optional.empty();
    for (LiveNetworking.Endpoint endpoint :
        live(containerId).map(LiveNetworking::endpoints).orElse(List.of())) {
      String id = endpoint.attachment().networkId();
      if (!kept.contains(id)) {
        Optional<LiveNetworking> left =
            index.byId(id).flatMap(entry -> disconnect(containerId, entry));
        changed = left.isPresent() ? left : changed;
      }
    }
    return changed;
  }

  /**
   * Default route and published ports follow the networks a container is in now; when they cannot,
   * they are as before.
   *
   * @param wanted ports to publish when the container had no way out yet
   */
  private LiveNetworking change(
      LiveNetworking now,
      List<LiveNetworking.Endpoint> all,
      Entry entry,
      List<PortBinding> wanted) {
    String id = now.containerId();
    boolean named = now.resolver().isPresent() || dns.serves(entry.network);
    boolean opened = named && !dns.isOpen(id);
    if (opened) {
      dns.open(now, () -> live(id).orElse(now));
    }
    List<PublishedPort> ports;
    try {
      ports = reroute(now, Endpoints.route(all), wanted);
    } catch (RuntimeException e) {
      if (opened) {
        dns.close(id);
      }
      throw e;
    }
    LiveNetworking next =
        new LiveNetworking(
            now.containerId(),
            now.containerName(),
            now.hostname(),
            now.netns(),
            all,
            ports,
            now.passages(),
            named
                ? now.resolver()
                    .or(() -> Optional.of(new LiveNetworking.Resolver(List.of(), List.of())))
                : Optional.empty());
    live.put(id, next);
    store.putLater(next);
    return next;
  }

  /** Returns what is published then. */
  private List<PublishedPort> reroute(
      LiveNetworking now, Optional<LiveNetworking.Endpoint> after, List<PortBinding> wanted) {
    Optional<LiveNetworking.Endpoint> before = Endpoints.route(now.endpoints());
    if (after.isEmpty()) {
      return List.of();
    }
    if (after.equals(before)) {
      return now.ports();
    }
    try {
      endpoints.routeThrough(after.get(), now.containerId());
      if (before.isEmpty()) {
        return endpoints.publish(now.containerName(), after.get(), wanted);
      }
      return now.ports().isEmpty()
          ? List.of()
          : endpoints.move(now.containerName(), before.get(), after.get(), now.ports());
    } catch (RuntimeException e) {
      try {
        before.ifPresent(way -> endpoints.routeThrough(way, now.containerId()));
      } catch (RuntimeException also) {
        e.addSuppressed(also);
      }
      throw e;
    }
  }

  /** See {@link NetworkService#link}. */
  void link(String containerId, Map<String, Set<String>> others) {
    Optional<Entry> bridge = index.byName(Predefined.BRIDGE);
    if (bridge.isEmpty()) {
      return;
    }
    String network = bridge.get().network.id();
    Optional<LiveNetworking.Endpoint> from = live(containerId).flatMap(l -> l.endpoint(network));
    if (from.isEmpty()) {
      return;
    }
    List<Passage> passages = new ArrayList<>();
    others.forEach(
        (other, ports) ->
            live(other)
                .flatMap(l -> l.endpoint(network))
                .map(to -> to.attachment().endpointId())
                .ifPresent(to -> passages.addAll(PortRequests.passages(to, ports))));
    endpoints.permit(from.get(), passages);
    LiveNetworking now = live.computeIfPresent(containerId, (id, before) -> before.with(passages));
    if (now != null) {
      store.putLater(now);
    }
  }

  /** The container has another name: in records and in DNS. */
  void renamed(String containerId, String name) {
    live.computeIfPresent(
        containerId,
        (id, now) -> {
          List<LiveNetworking.Endpoint> renamed = new ArrayList<>();
          for (LiveNetworking.Endpoint endpoint : now.endpoints()) {
            LiveNetworking.Endpoint other = dns.renamed(endpoint, now.containerName(), name);
            renamed.add(other);
            index
                .byId(endpoint.attachment().networkId())
                .ifPresent(entry -> endpoints.show(entry, id, name, other));
          }
          LiveNetworking changed =
              new LiveNetworking(
                  id,
                  name,
                  now.hostname(),
                  now.netns(),
                  renamed,
                  now.ports(),
                  now.passages(),
                  now.resolver());
          store.putLater(changed);
          return changed;
        });
  }
}
