package io.gantry.bridge;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.netlink.Address;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.Route;
import io.gantry.linux.netlink.RouteBatch;
import io.gantry.linux.netlink.RouteSocket;
import io.gantry.linux.netlink.VethPair;
import io.gantry.linux.netns.NetNamespace;
import io.gantry.linux.netns.NetThreads;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.network.EndpointSpec;
import io.gantry.plugins.network.Prefix;
import io.gantry.plugins.network.Sandbox;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Bridges and veth pairs in the kernel. Knows nothing of who has which address. Thread-safe. */
final class Wiring implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Wiring.class.getName());
  private static final int DEFAULT_MTU = 1500;

  private final RouteSocket host;
  private final LinkNames names;
  private final BridgeOptions options;
  private final Queue<String> doomed = new ConcurrentLinkedQueue<>();

  Wiring(BridgeOptions options) throws IOException {
    this.options = options;
    this.names = new LinkNames(options.instance());
    this.host = RouteSocket.open();
  }

  /** What an endpoint's interface is called on the host. */
  String linkName(String endpointId) {
    return names.veth(endpointId);
  }

  boolean exists(String link) throws IOException {
    return NetThreads.call(() -> host.link(link).isPresent());
  }

  /** Subnets the host uses already. */
  List<Prefix> hostNetworks() throws IOException {
    return NetThreads.call(
        () -> {
          List<Prefix> used = new ArrayList<>();
          for (Address a : host.addresses()) {
            used.add(new Prefix(a.address(), a.prefixLength()).network());
          }
          for (Route r : host.routes()) {
            if (!r.isDefault()) {
              used.add(new Prefix(r.destination(), r.prefixLength()).network());
            }
          }
          return used;
        });
  }

  /**
   * The address of an existing bridge that is not ours; empty when there is no such interface, or
   * no address.
   */
  Optional<Prefix> foreignBridgeAddress(String name, boolean six) throws IOException {
    return NetThreads.call(
        () -> {
          Optional<Link> link = host.link(name).filter(l -> !names.isBridge(l));
          if (link.isEmpty()) {
            return Optional.empty();
          }
          return host.addresses().stream()
              .filter(a -> a.link() == link.get().index())
              .filter(a -> !a.address().isLinkLocalAddress())
              .map(a -> new Prefix(a.address(), a.prefixLength()))
              .filter(p -> p.isIpv6() == six)
              .findFirst();
        });
  }

  /**
   * Makes the network's bridge, or completes what there is of it.
   *
   * @return what was missing, a sentence each
   */
  List<String> ensureBridge(LiveNetwork network) throws IOException {
    return NetThreads.call(() -> ensure(network));
  }

  private List<String> ensure(LiveNetwork network) throws IOException {
    String name = network.options().bridge();
    String id = network.spec().id();
    List<String> mended = new ArrayList<>();
    Optional<Link> existing = host.link(name);
    if (existing.isEmpty()) {
      host.run(
          new RouteBatch()
              .addBridge(name, Mac.ofNetwork(id), mtu(network))
              .setAlias(name, names.alias(id)));
      mended.add("bridge " + name + " was missing");
    } else {
      check(existing.get(), id);
    }
    Link bridge =
        host.link(name).orElseThrow(() -> new IOException("bridge " + name + " vanished"));
    if (!bridge.up()) {
      host.run(new RouteBatch().setUp(bridge.index()));
      mended.add("bridge " + name + " was down");
    }
    List<InetAddress> has =
        host.addresses().stream()
            .filter(a -> a.link() == bridge.index())
            .map(Address::address)
            .toList();
    for (boolean six : new boolean[] {false, true}) {
      Optional<Prefix> gateway = network.gateway(six);
      if (gateway.isPresent() && !has.contains(gateway.get().address())) {
        if (six) {
          Sysctl.set("ipv6/conf/" + name + "/disable_ipv6", "0");
        }
        host.run(
            new RouteBatch()
                .addAddress(bridge.index(), gateway.get().address(), gateway.get().length()));
        if (existing.isPresent()) {
          mended.add("bridge " + name + " had lost its address " + gateway.get());
        }
      }
    }
    settings(network, name);
    return mended;
  }

  private void check(Link link, String networkId) {
    if (!link.kind().equals("bridge")) {
      throw new DriverException(
          Kind.FORBIDDEN, "interface " + link.name() + " exists and is not a bridge");
    }
    if (link.alias().startsWith("gantry:") && !link.alias().equals(names.alias(networkId))) {
      throw new DriverException(
          Kind.FORBIDDEN,
          "bridge %s belongs to another %s"
              .formatted(
                  link.name(),
                  names.isBridge(link)
                      ? "network"
                      : "Gantry engine on this host; choose another with --bridge"));
    }
  }

  private void settings(LiveNetwork network, String bridge) throws IOException {
    if (options.ipForward()) {
      Sysctl.set("ipv4/ip_forward", "1");
      if (network.gateway(true).isPresent()) {
        Sysctl.set("ipv6/conf/all/forwarding", "1");
      }
    }
    boolean localhost = options.iptables() && !network.spec().internal();
    Sysctl.set("ipv4/conf/" + bridge + "/route_localnet", localhost ? "1" : "0");
    Sysctl.set("ipv6/conf/" + bridge + "/accept_ra", "0");
    if (!network.options().icc()) {
      // Its ports are isolated: what a container may send to another goes through the host, which
      // answers for the other (RFC 3069), and the firewall sees it.
      Sysctl.set("ipv4/neigh/" + bridge + "/proxy_delay", "0");
      Sysctl.set("ipv4/conf/" + bridge + "/proxy_arp_pvlan", "1");
    }
  }

  /** Removes the network's bridge if this driver made it. */
  void removeBridge(LiveNetwork network) throws IOException {
    String name = network.options().bridge();
    String alias = names.alias(network.spec().id());
    NetThreads.call(
        () -> {
          if (host.link(name).filter(l -> l.alias().equals(alias)).isPresent()) {
            delete(List.of(name));
          }
          return true;
        });
  }

  /** Makes the veth pair, and sets the container's end up with its addresses and routes. */
  Attachment connect(
      LiveNetwork network, EndpointSpec endpoint, Sandbox sandbox, LiveNetwork.Addresses addresses)
      throws IOException {
    byte[] mac =
        endpoint.mac().map(Mac::parse).orElseGet(() -> Mac.of(addresses.ipv4(), addresses.ipv6()));
    boolean internal = network.spec().internal();
    Attachment attachment =
        new Attachment(
            endpoint.id(),
            network.spec().id(),
            sandbox.id(),
            names.veth(endpoint.id()),
            endpoint.interfaceName(),
            Mac.text(mac),
            addresses.ipv4(),
            addresses.ipv6(),
            network.router(false).filter(g -> !internal),
            network.router(true).filter(g -> !internal));
    Link bridge = NetThreads.call(() -> bridge(network));
    NetNamespace.inside(
        sandbox.netns(),
        () -> {
          NetNamespace.withDescriptor(
              sandbox.netns(),
              descriptor -> {
                host.run(
                    new RouteBatch()
                        .addVeth(
                            new VethPair(
                                attachment.hostInterface(),
                                bridge.index(),
                                attachment.interfaceName(),
                                attachment.mac(),
                                bridge.mtu(),
                                descriptor,
                                !network.options().icc())));
                return true;
              });
          try {
            ContainerEnd.setUp(attachment, endpoint);
          } catch (IOException | RuntimeException e) {
            delete(List.of(attachment.hostInterface()));
            throw e;
          }
          return true;
        });
    return attachment;
  }

  /** The network's bridge; made again if somebody removed it. On a thread of {@link NetThreads}. */
  private Link bridge(LiveNetwork network) throws IOException {
    String name = network.options().bridge();
    Optional<Link> link = host.link(name);
    if (link.isEmpty()) {
      LOG.log(System.Logger.Level.WARNING, "Bridge {0} was gone; making it again", name);
      ensure(network);
      link = host.link(name);
    }
    return link.orElseThrow(() -> new IOException("bridge " + name + " is not there"));
  }

  void hairpin(Attachment attachment, boolean on) throws IOException {
    NetThreads.call(
        () -> {
          host.run(new RouteBatch().setHairpin(attachment.hostInterface(), on));
          return true;
        });
  }

  /** Removes the pair now. */
  void disconnect(Attachment attachment) throws IOException {
    NetThreads.call(() -> delete(List.of(attachment.hostInterface())));
  }

  /**
   * Removes the pair in a moment, unless the kernel has done so with the namespace: that way nobody
   * waits for it.
   */
  void disconnectLater(Attachment attachment) {
    if (!attachment.hostInterface().isEmpty()) {
      doomed.add(attachment.hostInterface());
      CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, Thread::startVirtualThread)
          .execute(this::sweep);
    }
  }

  private void sweep() {
    List<String> links = new ArrayList<>();
    for (String link = doomed.poll(); link != null; link = doomed.poll()) {
      links.add(link);
    }
    try {
      NetThreads.call(() -> delete(links));
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "Interfaces could not be removed", e);
    }
  }

  private boolean delete(List<String> links) throws IOException {
    RouteBatch batch = new RouteBatch();
    links.forEach(batch::delete);
    for (ErrnoException e : host.attempt(batch)) {
      if (e.errno() != Errno.ENODEV) {
        throw e;
      }
    }
    return true;
  }

  /** All links of the host by name. */
  Map<String, Link> links() throws IOException {
    return NetThreads.call(
        () -> {
          Map<String, Link> byName = new HashMap<>();
          host.links().forEach(l -> byName.put(l.name(), l));
          return byName;
        });
  }

  /**
   * Makes the interface a port of its network's bridge again, if it is not. Returns whether it was
   * not.
   */
  boolean ensurePort(LiveNetwork network, Link port) throws IOException {
    return NetThreads.call(
        () -> {
          Link bridge = bridge(network);
          if (port.master() == bridge.index()) {
            return false;
          }
          host.run(
              new RouteBatch().setMaster(port.name(), bridge.index(), !network.options().icc()));
          return true;
        });
  }

  /**
   * Removes links of this engine that are not among those that should be; foreign ones are never
   * touched.
   */
  List<String> removeOrphans(Map<String, Link> links, Set<String> wanted) throws IOException {
    List<Link> orphans =
        links.values().stream()
            .filter(l -> names.isVeth(l) || names.isBridge(l))
            .filter(l -> !wanted.contains(l.name()) && !doomed.contains(l.name()))
            .toList();
    if (!orphans.isEmpty()) {
      NetThreads.call(() -> delete(orphans.stream().map(Link::name).toList()));
    }
    return orphans.stream()
        .map(l -> "interface " + l.name() + " belonged to nothing and was removed")
        .toList();
  }

  /**
   * Removes the interfaces of an engine that will not come back, unless a container still uses its
   * bridges.
   *
   * @return what was removed; empty when there is a container
   */
  Optional<List<String>> removeAll(String instance, Collection<Link> links) throws IOException {
    LinkNames theirs = new LinkNames(instance);
    List<Link> bridges = links.stream().filter(theirs::isBridge).toList();
    boolean used =
        links.stream().anyMatch(l -> bridges.stream().anyMatch(b -> b.index() == l.master()));
    if (used) {
      return Optional.empty();
    }
    List<String> gone =
        links.stream().filter(l -> theirs.isBridge(l) || theirs.isVeth(l)).map(Link::name).toList();
    NetThreads.call(() -> delete(gone));
    return Optional.of(gone);
  }

  private int mtu(LiveNetwork network) throws IOException {
    Optional<Integer> configured = network.options().mtu();
    return configured.isPresent() ? configured.get() : defaultMtu();
  }

  /** The default route's, else {@value #DEFAULT_MTU}. */
  private int defaultMtu() throws IOException {
    Optional<Route> route =
        host.routes().stream().filter(Route::isDefault).filter(r -> r.link() != 0).findFirst();
    if (route.isEmpty()) {
      return DEFAULT_MTU;
    }
    return host.links().stream()
        .filter(l -> l.index() == route.get().link())
        .mapToInt(Link::mtu)
        .findFirst()
        .orElse(DEFAULT_MTU);
  }

  @Override
  public void close() {
    sweep();
    host.close();
  }
}
