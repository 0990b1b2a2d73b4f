package io.gantry.bridge;

import io.gantry.plugins.network.Passage;
import io.gantry.plugins.network.Prefix;
import io.gantry.plugins.network.PublishedPort;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The driver's chains and what is in them: a pure function of the networks.
 *
 * <p>X is the prefix with the engine's id, so that engines side by side share no chain but {@code
 * GANTRY-USER}.
 *
 * <p>In {@code filter}: FORWARD leads to {@code GANTRY-USER}, which is the administrator's and only
 * made, never changed, then to {@code X-FORWARD}, which decides first what goes into a bridge
 * ({@code X-IN}), then what comes out of one ({@code X-OUT}). Into a bridge go answers, traffic of
 * published ports, and, if the network allows it, traffic of its own containers; all else is
 * dropped. So networks are isolated from each other, from other engines' networks, and from routed
 * access that goes around the published ports, with a number of rules that does not grow with their
 * pairs.
 *
 * <p>In {@code nat}: local destinations lead to {@code X}, one rule for a published port. Loopback
 * destinations are translated only for what the host itself sends, so that no neighbour can reach
 * what is published on 127.0.0.1. What neighbours in a network say to each other is accepted as it
 * is before anybody else's rules, which may be of a dead engine with the same subnet, translate it.
 */
final class Chains {

  /** The chain the administrator may fill; all engines of the host share it. */
  static final String USER = "GANTRY-USER";

  private final String prefix;
  private final boolean ipv6;

  /**
   * @param instance tells this engine's chains from other engines'
   */
  Chains(String instance, boolean ipv6) {
    this.prefix = "GANTRY-" + instance;
    this.ipv6 = ipv6;
  }

  List<String> own(String table) {
    return table.equals("nat")
        ? List.of(prefix, prefix + "-POST")
        : List.of(prefix + "-FORWARD", prefix + "-IN", prefix + "-OUT", prefix + "-INPUT");
  }

  /** The jumps from the kernel's chains, in the order in which they are to be met. */
  List<Rule> hooks(String table) {
    String loopback = ipv6 ? "::1/128" : "127.0.0.0/8";
    return table.equals("nat")
        ? List.of(
            new Rule(
                table,
                "PREROUTING",
                "! -d " + loopback + " -m addrtype --dst-type LOCAL -j " + prefix),
            new Rule(
                table,
                "OUTPUT",
                (ipv6 ? "! -d " + loopback + " " : "")
                    + "-m addrtype --dst-type LOCAL -j "
                    + prefix),
            new Rule(table, "POSTROUTING", "-j " + prefix + "-POST"))
        : List.of(
            new Rule(table, "FORWARD", "-j " + USER),
            new Rule(table, "FORWARD", "-j " + prefix + "-FORWARD"),
            new Rule(table, "INPUT", "-j " + prefix + "-INPUT"));
  }

  /** What is in the chains before any network. */
  List<Rule> base() {
    return List.of(
        new Rule("filter", prefix + "-FORWARD", "-j " + prefix + "-IN"),
        new Rule("filter", prefix + "-FORWARD", "-j " + prefix + "-OUT"));
  }

  /** A network's rules; none when it has no subnet of this family. */
  List<Rule> network(NetworkOptions options, List<Prefix> subnets, boolean internal) {
    List<Prefix> mine = subnets.stream().filter(p -> p.isIpv6() == ipv6).toList();
    if (mine.isEmpty()) {
      return List.of();
    }
    String bridge = options.bridge();
    List<Rule> rules = new ArrayList<>();
    in(rules, "-o " + bridge + " -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
    if (!internal) {
      in(rules, "-o " + bridge + " -m conntrack --ctstate DNAT -j ACCEPT");
    }
    in(rules, "-i " + bridge + " -o " + bridge + " -j " + (options.icc() ? "ACCEPT" : "DROP"));
    in(rules, "-o " + bridge + " -j DROP");
    rules.add(
        new Rule(
            "filter", prefix + "-OUT", "-i " + bridge + " -j " + (internal ? "DROP" : "ACCEPT")));
    if (!ipv6) {
      rules.add(
          new Rule(
              "filter",
              prefix + "-INPUT",
              "-d 127.0.0.0/8 -i "
                  + bridge
                  + " -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP"));
    }
    if (!internal) {
      for (Prefix subnet : mine) {
        String source = "-s " + subnet.network() + " ";
        post(rules, source + "-o " + bridge + " -m conntrack --ctstate DNAT -j MASQUERADE");
        post(rules, source + "-o " + bridge + " -j ACCEPT");
        if (options.masquerade()) {
          post(
              rules,
              source
                  + "! -o "
                  + bridge
                  + options
                      .source()
                      .filter(a -> a.getAddress().length == 16 == ipv6)
                      .map(a -> " -j SNAT --to-source " + Prefix.text(a))
                      .orElse(" -j MASQUERADE"));
        }
      }
      if (!ipv6) {
        post(rules, "-s 127.0.0.0/8 -o " + bridge + " -m conntrack --ctstate DNAT -j MASQUERADE");
      }
    }
    return rules;
  }

  /** A published port's rule. */
  Rule port(PublishedPort port, InetAddress container) {
    InetAddress host = port.hostAddress();
    String protocol = port.protocol().text();
    String to = ipv6 ? "[" + Prefix.text(container) + "]" : Prefix.text(container);
    return new Rule(
        "nat",
        prefix,
        (host.isAnyLocalAddress() ? "" : "-d " + new Prefix(host, ipv6 ? 128 : 32) + " ")
            + "-p "
            + protocol
            + " -m "
            + protocol
            + " --dport "
            + port.hostPort()
            + " -j DNAT --to-destination "
            + to
            + ":"
            + port.containerPort());
  }

  /** What lets a container reach a port of another though the network keeps them apart. */
  Rule passage(String bridge, InetAddress from, InetAddress to, Passage passage) {
    int length = ipv6 ? 128 : 32;
    String protocol = passage.protocol().text();
    return new Rule(
        "filter",
        prefix + "-IN",
        "-s %s -d %s -i %s -o %s -p %s -m %s --dport %d -j ACCEPT"
            .formatted(
                new Prefix(from, length),
                new Prefix(to, length),
                bridge,
                bridge,
                protocol,
                protocol,
                passage.port()));
  }

  private void in(List<Rule> rules, String match) {
    rules.add(new Rule("filter", prefix + "-IN", match));
  }

  private void post(List<Rule> rules, String match) {
    rules.add(new Rule("nat", prefix + "-POST", match));
  }
}
