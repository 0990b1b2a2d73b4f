package io.gantry.bridge;

import io.gantry.bridge.LiveNetwork.LiveEndpoint;
import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.network.Prefix;
import io.gantry.plugins.network.PublishedPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;

/** The firewall's rules for networks and published ports, in the families a network has. */
final class NetworkFirewall {

  private final BridgeOptions options;
  private final Collection<LiveNetwork> networks;
  private final Firewall firewall4;
  private final Firewall firewall6;

  /**
   * @param networks a live view of all networks: what should be in the kernel
   */
  NetworkFirewall(BridgeOptions options, Collection<LiveNetwork> networks) {
    this.options = options;
    this.networks = networks;
    this.firewall4 = firewall(false);
    this.firewall6 = firewall(true);
  }

  private Firewall firewall(boolean six) {
    Chains chains = new Chains(LinkNames.chain(options.instance()), six);
    return new Firewall(new Iptables(six), chains, () -> rules(chains, six));
  }

  /** All rules there should be now. */
  private List<Rule> rules(Chains chains, boolean six) {
    List<Rule> rules = new ArrayList<>();
    for (LiveNetwork network : networks) {
      rules.addAll(network(chains, network));
      for (LiveEndpoint endpoint : network.endpoints().values()) {
        rules.addAll(ports(chains, six, endpoint.attachment(), endpoint.ports()));
      }
    }
    return rules;
  }

  private static List<Rule> network(Chains chains, LiveNetwork network) {
    return chains.network(network.options(), network.subnets(), network.spec().internal());
  }

  private static List<Rule> ports(
      Chains chains, boolean six, Attachment attachment, List<PublishedPort> ports) {
    Optional<Prefix> container = six ? attachment.ipv6() : attachment.ipv4();
    return container.isEmpty()
        ? List.of()
        : ports.stream()
            .filter(p -> (p.hostAddress().getAddress().length == 16) == six)
            .map(p -> chains.port(p, container.get().address()))
            .toList();
  }

  /** The families in which the network has rules. */
  private List<Firewall> firewalls(LiveNetwork network) {
    List<Firewall> used = new ArrayList<>();
    if (options.iptables() && network.gateway(false).isPresent()) {
      used.add(firewall4);
    }
    if (options.ip6tables() && network.gateway(true).isPresent()) {
      used.add(firewall6);
    }
    return used;
  }

  void open(LiveNetwork network) {
    firewalls(network).forEach(f -> f.append(network(f.chains(), network)));
  }

  void close(LiveNetwork network) {
    firewalls(network).forEach(f -> f.remove(network(f.chains(), network)));
  }

  /** On return connections reach the container. */
  void publish(LiveNetwork network, Attachment attachment, List<PublishedPort> published) {
    BiFunction<Firewall, Boolean, List<Rule>> rules =
        (f, six) -> ports(f.chains(), six, attachment, published);
    firewalls(network).forEach(f -> f.insert(rules.apply(f, f == firewall6)));
  }

  /** On return connections reach the container no more. */
  void withdraw(LiveNetwork network, LiveEndpoint endpoint) {
    for (Firewall f : firewalls(network)) {
      f.remove(ports(f.chains(), f == firewall6, endpoint.attachment(), endpoint.ports()));
    }
  }

  /**
   * The same a little later, for a container that is gone.
   *
   * @param after is run when no rule leads to the endpoint any more
   */
  void withdrawLater(LiveNetwork network, LiveEndpoint endpoint, Runnable after) {
    List<Firewall> used = endpoint.ports().isEmpty() ? List.of() : firewalls(network);
    if (used.isEmpty()) {
      after.run();
      return;
    }
    AtomicInteger left = new AtomicInteger(used.size());
    for (Firewall f : used) {
      f.removeLater(
          ports(f.chains(), f == firewall6, endpoint.attachment(), endpoint.ports()),
          () -> {
            if (left.decrementAndGet() == 0) {
              after.run();
            }
          });
    }
  }

  /** Does now what was to be done later. Returns whether there was anything. */
  boolean flush() {
    boolean four = firewall4.flush();
    return firewall6.flush() || four;
  }

  void repair(List<String> done, List<String> failed) {
    Set<Firewall> used = new LinkedHashSet<>();
    networks.forEach(network -> used.addAll(firewalls(network)));
    for (Firewall firewall : used) {
      try {
        done.addAll(firewall.repair());
      } catch (IOException e) {
        failed.add("firewall: " + e.getMessage());
      }
    }
  }

  /** Takes away the chains of an engine that will not come back. */
  void uninstall(String instance) throws IOException {
    String chain = LinkNames.chain(instance);
    if (options.iptables()) {
      Firewall.uninstall(new Iptables(false), new Chains(chain, false));
    }
    if (options.ip6tables()) {
      Firewall.uninstall(new Iptables(true), new Chains(chain, true));
    }
  }

  /** Takes this engine's chains away altogether. */
  void uninstall() throws IOException {
    firewall4.uninstall();
    firewall6.uninstall();
  }
}
