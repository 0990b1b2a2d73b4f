package io.gantry.network;

import io.gantry.error.EngineException;
import io.gantry.id.Ids;
import io.gantry.network.dns.DnsServer;
import io.gantry.network.dns.NameTable;
import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.network.NetworkDriver.Feature;
import io.gantry.plugins.network.Prefix;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names of containers in user-defined networks, and a resolver in each container that is in one.
 */
final class ContainerDns {

  private static final Logger log = LoggerFactory.getLogger(ContainerDns.class);

  private final NetworkDrivers drivers;
  private final NameTable names = new NameTable();
  private final Map<String, DnsServer> servers = new ConcurrentHashMap<>();

  ContainerDns(NetworkDrivers drivers) {
    this.drivers = drivers;
  }

  /** Whether the network's containers find each other by name. */
  boolean serves(Network network) {
    return !network.isPredefined() && drivers.of(network).has(Feature.ADDRESSES);
  }

  /**
   * The container's name, its aliases, its short id, and its host name: as API {@code DNSNames}
   * lists them.
   */
  List<String> names(Network network, Endpoints.Owner of, EndpointSettings settings) {
    return network.isPredefined() ? List.of() : names(of, settings.aliases());
  }

  static List<String> names(Endpoints.Owner of, List<String> aliases) {
    Set<String> all = new LinkedHashSet<>();
    all.add(of.containerName());
    all.addAll(aliases);
    all.add(Ids.shortened(of.containerId()));
    if (!of.hostname().isEmpty()) {
      all.add(of.hostname());
    }
    return List.copyOf(all);
  }

  void add(LiveNetworking.Endpoint endpoint) {
    Attachment a = endpoint.attachment();
    List<InetAddress> addresses =
        Stream.concat(a.ipv4().stream(), a.ipv6().stream()).map(Prefix::address).toList();
    names.add(
        a.networkId(), endpoint.networkName(), a.endpointId(), endpoint.dnsNames(), addresses);
  }

  void remove(Attachment attachment) {
    names.remove(attachment.networkId(), attachment.endpointId());
  }

  void removeNetwork(String id) {
    names.removeNetwork(id);
  }

  LiveNetworking.Endpoint renamed(LiveNetworking.Endpoint endpoint, String from, String to) {
    if (endpoint.dnsNames().isEmpty()) {
      return endpoint;
    }
    Set<String> changed = new LinkedHashSet<>();
    changed.add(to);
    endpoint.dnsNames().stream().filter(n -> !n.equals(from)).forEach(changed::add);
    LiveNetworking.Endpoint renamed =
        new LiveNetworking.Endpoint(
            endpoint.networkName(),
            endpoint.settings(),
            endpoint.attachment(),
            List.copyOf(changed));
    remove(endpoint.attachment());
    add(renamed);
    return renamed;
  }

  /** Begins to serve a container. */
  void open(LiveNetworking container, Supplier<LiveNetworking> now) {
    if (container.netns().isEmpty()) {
      return;
    }
    try {
      DnsServer server = DnsServer.open(container.netns().get(), names, new Seen(now));
      DnsServer before = servers.put(container.containerId(), server);
      if (before != null) {
        before.close();
      }
    } catch (IOException e) {
      throw EngineException.system(
          "open the name server of container " + container.containerId() + ": " + e.getMessage(),
          e);
    }
  }

  boolean isOpen(String containerId) {
    return servers.containsKey(containerId);
  }

  void close(String containerId) {
    DnsServer server = servers.remove(containerId);
    if (server != null) {
      server.close();
    }
  }

  void closeAll() {
    servers.values().forEach(DnsServer::close);
    servers.clear();
  }

  /** What a container sees now. */
  private record Seen(Supplier<LiveNetworking> now) implements DnsServer.View {

    @Override
    public List<String> networks() {
      return now.get().endpoints().stream().map(e -> e.attachment().networkId()).toList();
    }

    @Override
    public Map<String, String> links() {
      Map<String, String> links = new LinkedHashMap<>();
      LiveNetworking live = now.get();
      live.resolver()
          .ifPresent(
              r ->
                  r.links()
                      .forEach(l -> links.put(lower(l.alias()), Ids.shortened(l.containerId()))));
      for (LiveNetworking.Endpoint endpoint : live.endpoints()) {
        for (String link : endpoint.settings().links()) {
          int colon = link.indexOf(':');
          links.put(
              lower(link.substring(colon + 1)), lower(colon < 0 ? link : link.substring(0, colon)));
        }
      }
      return links;
    }

    /** None for a container that has no way out: its queries would be one. */
    @Override
    public List<InetAddress> upstreams() {
      LiveNetworking live = now.get();
      boolean leads =
          live.endpoints().stream()
              .map(LiveNetworking.Endpoint::attachment)
              .anyMatch(a -> a.gateway4().isPresent() || a.gateway6().isPresent());
      if (!leads) {
        return List.of();
      }
      List<String> own = live.resolver().map(LiveNetworking.Resolver::upstreams).orElse(List.of());
      List<InetAddress> servers = new ArrayList<>();
      for (String server : own.isEmpty() ? HostResolver.read().forEngine() : own) {
        try {
          servers.add(Prefix.address(server));
        } catch (IllegalArgumentException e) {
          log.debug("Not a name server: {}", server);
        }
      }
      return servers;
    }

    private static String lower(String name) {
      return name.toLowerCase(Locale.ROOT);
    }
  }
}
