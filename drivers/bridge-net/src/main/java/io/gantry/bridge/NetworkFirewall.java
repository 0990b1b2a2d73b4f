package io.gantry.bridge;

import io.gantry.bridge.LiveNetwork.LiveEndpoint;
import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.network.Passage;
import io.gantry.plugins.network.Prefix;
import io.gantry.plugins.network.PublishedPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
      network.endpoints().values().forEach(e -> rules.addAll(passages(chains, six, network, e)));
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

  /** What lets an endpoint reach others; before the rule that keeps them apart. */
  private static List<Rule> passages(
      Chains chains, boolean six, LiveNetwork network, LiveEndpoint from) {
    List<Rule> rules = new ArrayList<>();
    for (Passage passage : from.passages()) {
      LiveEndpoint to = network.endpoints().get(passage.endpointId());
      if (to != null) {
        passage(chains, six, network, from, to, passage).ifPresent(rules::add);
      }
    }
    return rules;
  }

  private static Optional<Rule> passage(
      Chains chains,
      boolean six,
      LiveNetwork network,
      LiveEndpoint from,
      LiveEndpoint to,
      Passage passage) {
    Optional<Prefix> source = six ? from.attachment().ipv6() : from.attachment().ipv4();
    Optional<Prefix> destination = six ? to.attachment().ipv6() : to.attachment().ipv4();
    return source.isEmpty() || destination.isEmpty()
        ? Optional.empty()
        : Optional.of(
            chains.passage(
                network.options().bridge(),
                source.get().address(),
                destination.get().address(),
                passage));
  }

  /** On return the endpoint reaches what it may reach now, and no more. */
  void permit(LiveNetwork network, LiveEndpoint before, LiveEndpoint after) {
    for (Firewall f : firewalls(network)) {
      boolean six = f == firewall6;
      List<Rule> old = passages(f.chains(), six, network, before);
      List<Rule> now = passages(f.chains(), six, network, after);
      f.insert(now.stream().filter(rule -> !old.contains(rule)).toList());
      f.remove(old.stream().filter(rule -> !now.contains(rule)).toList());
    }
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

  /** Rules that are to go, by family. */
  record Doomed(Map<Firewall, List<Rule>> rules) {
    static final Doomed NONE = new Doomed(Map.of());
  }

  /** All that lead to or from an endpoint; to be asked while it is still known. */
  Doomed rulesOf(LiveNetwork network, LiveEndpoint endpoint) {
    String id = endpoint.attachment().endpointId();
    Map<Firewall, List<Rule>> doomed = new LinkedHashMap<>();
    for (Firewall f : firewalls(network)) {
      boolean six = f == firewall6;
      List<Rule> rules =
          new ArrayList<>(ports(f.chains(), six, endpoint.attachment(), endpoint.ports()));
      rules.addAll(passages(f.chains(), six, network, endpoint));
      for (LiveEndpoint other : network.endpoints().values()) {
        for (Passage passage : other.passages()) {
          if (passage.endpointId().equals(id)) {
            passage(f.chains(), six, network, other, endpoint, passage).ifPresent(rules::add);
          }
        }
      }
      if (!rules.isEmpty()) {
        doomed.put(f, rules);
      }
    }
    return new Doomed(doomed);
  }

  /**
   * Removes rules a little later, of a container that is gone.
   *
   * @param after is run when none of them is there any more
   */
  void removeLater(Doomed doomed, Runnable after) {
    if (doomed.rules().isEmpty()) {
      after.run();
      return;
    }
    AtomicInteger left = new AtomicInteger(doomed.rules().size());
    doomed
        .rules()
        .forEach(
            (firewall, rules) ->
                firewall.removeLater(
                    rules,
                    () -> {
                      if (left.decrementAndGet() == 0) {
                        after.run();
                      }
                    }));
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
