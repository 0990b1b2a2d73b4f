package io.gantry.bridge;

import io.gantry.bridge.LiveNetwork.LiveEndpoint;
import io.gantry.linux.netlink.Link;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.network.EndpointSpec;
import io.gantry.plugins.network.NetworkDriver;
import io.gantry.plugins.network.NetworkSpec;
import io.gantry.plugins.network.NetworkState;
import io.gantry.plugins.network.Passage;
import io.gantry.plugins.network.PortBinding;
import io.gantry.plugins.network.PublishedPort;
import io.gantry.plugins.network.Repairs;
import io.gantry.plugins.network.Sandbox;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Networks made of a Linux bridge, with a veth pair for each endpoint.
 *
 * <p>Addresses and ports in use are kept in memory and learnt again from the engine's records. The
 * order is always: first memory, then the kernel; what fails in the kernel is taken back in memory.
 * So the rules of the firewall can be written anew from memory at any time.
 */
final class BridgeDriver implements NetworkDriver {

  private static final System.Logger LOG = System.getLogger(BridgeDriver.class.getName());

  private final BridgeOptions options;
  private final Path records;
  private final Owners owners;
  private final AddressSpace space;
  private final Wiring wiring;
  private final NetworkPlanner planner;
  private final HostPorts ports = new HostPorts();
  private final NetworkFirewall firewall;
  private final Map<String, LiveNetwork> networks = new ConcurrentHashMap<>();

  /** Interfaces that are being made: not orphans, though no endpoint has them yet. */
  private final Set<String> pending = ConcurrentHashMap.newKeySet();

  /**
   * @param records a directory that exists as long as the engine's records do
   */
  BridgeDriver(BridgeOptions options, Path records, Owners owners) throws IOException {
    this.options = options;
    this.records = records;
    this.owners = owners;
    this.space = new AddressSpace(options.blocks(), options.instance());
    this.wiring = new Wiring(options);
    this.planner = new NetworkPlanner(space, wiring);
    this.firewall = new NetworkFirewall(options, networks.values());
  }

  @Override
  public boolean has(Feature feature) {
    return true;
  }

  @Override
  public NetworkSpec plan(NetworkSpec wanted) {
    try {
      LiveNetwork live = planner.plan(wanted, networks.values());
      networks.put(wanted.id(), live);
      return live.spec();
    } catch (IOException | RuntimeException e) {
      space.release(wanted.id());
      throw failure("plan network " + wanted.name(), e);
    }
  }

  @Override
  public void create(NetworkSpec network) {
    LiveNetwork live = live(network);
    try {
      wiring.ensureBridge(live);
      FailPoint.hit("bridge.create.wired");
      firewall.open(live);
    } catch (IOException | RuntimeException e) {
      try {
        remove(network);
      } catch (DriverException also) {
        e.addSuppressed(also);
      }
      throw failure("create network " + network.name(), e);
    }
  }

  @Override
  public void remove(NetworkSpec network) {
    LiveNetwork live = networks.remove(network.id());
    if (live == null) {
      return;
    }
    try {
      firewall.close(live);
      FailPoint.hit("bridge.remove.closed");
      wiring.removeBridge(live);
      space.release(network.id());
    } catch (IOException | RuntimeException e) {
      networks.putIfAbsent(network.id(), live);
      throw failure("remove network " + network.name(), e);
    }
  }

  @Override
  public Attachment join(NetworkSpec network, EndpointSpec endpoint, Sandbox sandbox) {
    LiveNetwork live = live(network);
    String link = wiring.linkName(endpoint.id());
    LiveNetwork.Addresses addresses = allocate(live, endpoint);
    pending.add(link);
    try {
      Attachment attachment = wiring.connect(live, endpoint, sandbox, addresses);
      FailPoint.hit("bridge.join.wired");
      live.endpoints().put(endpoint.id(), new LiveEndpoint(attachment, List.of(), List.of()));
      return attachment;
    } catch (IOException | RuntimeException e) {
      live.release(addresses);
      throw failure(
          "connect container %s to network %s".formatted(endpoint.containerName(), network.name()),
          e);
    } finally {
      pending.remove(link);
    }
  }

  /**
   * Addresses of containers whose ports are still to be closed become free a moment later, or when
   * they are needed.
   */
  private LiveNetwork.Addresses allocate(LiveNetwork live, EndpointSpec endpoint) {
    try {
      return live.allocate(endpoint.ipv4(), endpoint.ipv6());
    } catch (DriverException e) {
      if (!firewall.flush()) {
        throw e;
      }
      return live.allocate(endpoint.ipv4(), endpoint.ipv6());
    }
  }

  @Override
  public void leave(NetworkSpec network, Attachment attachment, Optional<Sandbox> sandbox) {
    LiveNetwork live = networks.get(network.id());
    LiveEndpoint known = live == null ? null : live.endpoints().get(attachment.endpointId());
    NetworkFirewall.Doomed rules =
        live == null || known == null ? NetworkFirewall.Doomed.NONE : firewall.rulesOf(live, known);
    if (live != null) {
      live.endpoints().remove(attachment.endpointId());
    }
    try {
      if (sandbox.isPresent()) {
        wiring.disconnect(attachment);
      } else {
        wiring.disconnectLater(attachment);
      }
      FailPoint.hit("bridge.leave.disconnected");
    } catch (IOException e) {
      throw failure("disconnect from network " + network.name(), e);
    } finally {
      if (live != null && known != null) {
        ports.close(attachment.endpointId());
        firewall.removeLater(
            rules,
            () -> live.release(new LiveNetwork.Addresses(attachment.ipv4(), attachment.ipv6())));
      }
    }
  }

  @Override
  public void routeThrough(NetworkSpec network, Attachment attachment, Sandbox sandbox) {
    try {
      ContainerEnd.routeThrough(attachment, sandbox);
    } catch (IOException e) {
      throw failure("set the default route through network " + network.name(), e);
    }
  }

  @Override
  public List<PublishedPort> publish(
      NetworkSpec network, Attachment attachment, List<PortBinding> wanted) {
    LiveNetwork live = live(network);
    if (wanted.isEmpty() || live.spec().internal()) {
      return List.of();
    }
    List<PublishedPort> published = ports.open(attachment, wanted, live.options().bindAddress());
    live.endpoints().computeIfPresent(attachment.endpointId(), (id, e) -> e.with(published));
    try {
      wiring.hairpin(attachment, true);
      firewall.publish(live, attachment, published);
      FailPoint.hit("bridge.publish.opened");
      return published;
    } catch (IOException | RuntimeException e) {
      withdraw(network, attachment);
      throw failure("publish ports on network " + network.name(), e);
    }
  }

  @Override
  public void withdraw(NetworkSpec network, Attachment attachment) {
    LiveNetwork live = networks.get(network.id());
    LiveEndpoint endpoint = live == null ? null : live.endpoints().get(attachment.endpointId());
    if (live != null && endpoint != null && !endpoint.ports().isEmpty()) {
      live.endpoints().computeIfPresent(attachment.endpointId(), (id, e) -> e.with(List.of()));
      ports.close(attachment.endpointId());
      firewall.withdraw(live, endpoint);
    }
  }

  @Override
  public void permit(NetworkSpec network, Attachment from, List<Passage> passages) {
    LiveNetwork live = live(network);
    LiveEndpoint before = live.endpoints().get(from.endpointId());
    if (before == null || live.options().icc()) {
      return;
    }
    LiveEndpoint after =
        new LiveEndpoint(before.attachment(), before.ports(), List.copyOf(passages));
    live.endpoints().replace(from.endpointId(), after);
    firewall.permit(live, before, after);
  }

  @Override
  public Repairs reconcile(Collection<NetworkState> states) {
    List<String> done = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    List<String> lost = new ArrayList<>();
    takeOver(done, failed);
    boolean allKnown = true;
    for (NetworkState state : states) {
      try {
        learn(state, failed);
      } catch (RuntimeException e) {
        allKnown = false;
        failed.add("network %s: %s".formatted(state.network().name(), e.getMessage()));
      }
    }
    try {
      Map<String, Link> links = wiring.links();
      for (LiveNetwork network : networks.values()) {
        repair(network, links, done, failed, lost);
      }
      // What seems to belong to nothing may belong to a network that could not be taken over.
      if (allKnown) {
        done.addAll(wiring.removeOrphans(links, names()));
      }
    } catch (IOException e) {
      failed.add("interfaces: " + e.getMessage());
    }
    firewall.repair(done, failed);
    return new Repairs(done, failed, lost);
  }

  /** Makes place where engines whose records are gone have left their bridges and rules. */
  private void takeOver(List<String> done, List<String> failed) {
    try {
      owners.claim(options.instance(), records);
      for (String dead : owners.gone()) {
        Optional<List<String>> links = wiring.removeAll(dead, wiring.links().values());
        if (links.isPresent()) {
          firewall.uninstall(dead);
          owners.forget(dead);
          done.add("interfaces %s and rules of the lost engine %s".formatted(links.get(), dead));
        }
      }
    } catch (IOException e) {
      failed.add("what lost engines have left: " + e.getMessage());
    }
  }

  /** Takes over what the records say and memory does not know yet. */
  private void learn(NetworkState state, List<String> failed) {
    NetworkSpec spec = state.network();
    if (!networks.containsKey(spec.id())) {
      LiveNetwork live = new LiveNetwork(spec);
      live.subnets().forEach(subnet -> space.take(subnet, spec.id()));
      networks.put(spec.id(), live);
    }
    LiveNetwork live = live(spec);
    for (NetworkState.EndpointState endpoint : state.endpoints()) {
      Attachment attachment = endpoint.attachment();
      live.adopt(new LiveEndpoint(attachment, endpoint.ports(), endpoint.passages()))
          .ifPresent(
              why ->
                  failed.add(
                      "network %s: the addresses of interface %s: %s"
                          .formatted(spec.name(), attachment.hostInterface(), why.getMessage())));
    }
  }

  private void repair(
      LiveNetwork network,
      Map<String, Link> links,
      List<String> done,
      List<String> failed,
      List<String> lost) {
    String name = network.spec().name();
    try {
      wiring.ensureBridge(network).forEach(what -> done.add("network " + name + ": " + what));
      for (LiveEndpoint endpoint : network.endpoints().values()) {
        Attachment attachment = endpoint.attachment();
        Link link = links.get(attachment.hostInterface());
        if (link == null) {
          if (!wiring.exists(attachment.hostInterface())) {
            lost.add(attachment.endpointId());
          }
        } else if (wiring.ensurePort(network, link)) {
          done.add("network %s: interface %s was not in it".formatted(name, link.name()));
        }
        ports
            .reopen(attachment, endpoint.ports())
            .forEach(why -> failed.add("network " + name + ": " + why));
      }
    } catch (IOException | DriverException e) {
      failed.add("network %s: %s".formatted(name, e.getMessage()));
    }
  }

  /** Read after the links were listed: an interface made since then is not in that list. */
  private Set<String> names() {
    Set<String> names = new HashSet<>(pending);
    for (LiveNetwork network : networks.values()) {
      names.add(network.options().bridge());
      network.endpoints().values().forEach(e -> names.add(e.attachment().hostInterface()));
    }
    return names;
  }

  private LiveNetwork live(NetworkSpec network) {
    LiveNetwork live = networks.get(network.id());
    if (live == null) {
      throw new DriverException(
          Kind.NOT_FOUND, "network " + network.name() + " is not known to its driver");
    }
    return live;
  }

  private static DriverException failure(String action, Exception cause) {
    return cause instanceof DriverException known
        ? known
        : new DriverException(Kind.SYSTEM, action + ": " + cause.getMessage(), cause);
  }

  /** Takes this engine's firewall chains away altogether. */
  void removeRules() throws IOException {
    firewall.uninstall();
  }

  /** Rules stay for containers that go on; without any there is nothing for them to serve. */
  @Override
  public void close() {
    ports.closeAll();
    wiring.close();
    boolean _ = firewall.flush();
    if (networks.values().stream().allMatch(network -> network.endpoints().isEmpty())) {
      try {
        removeRules();
      } catch (IOException e) {
        LOG.log(System.Logger.Level.WARNING, "Firewall rules could not be removed", e);
      }
    }
  }
}
