package io.gantry.network;

import io.gantry.config.DaemonOptions;
import io.gantry.error.EngineException;
import io.gantry.id.Ids;
import io.gantry.plugins.network.Prefix;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.function.Function;

/** The texts of a container's {@code /etc/hosts} and {@code /etc/resolv.conf}. */
final class EtcFiles {

  /** The address at which containers of user-defined networks find the engine's resolver. */
  static final String RESOLVER = "127.0.0.11";

  private static final String LOOPBACK =
      """
      127.0.0.1\tlocalhost
      ::1\tlocalhost ip6-localhost ip6-loopback
      fe00::\tip6-localnet
      ff00::\tip6-mcastprefix
      ff02::1\tip6-allnodes
      ff02::2\tip6-allrouters
      """;

  private EtcFiles() {}

  /**
   * @param gateway what {@code host-gateway} stands for
   * @param linked finds the address of another container on the default bridge
   */
  static String hosts(
      ContainerNetworking wanted,
      LiveNetworking live,
      List<InetAddress> gateway,
      Function<String, Optional<InetAddress>> linked) {
    StringBuilder out = new StringBuilder();
    out.append(live.netns().isPresent() ? LOOPBACK : hostsOfHost());
    for (String extra : wanted.extraHosts()) {
      int colon = extra.indexOf(extra.indexOf('=') >= 0 ? '=' : ':');
      String name = extra.substring(0, Math.max(colon, 0));
      String address = extra.substring(colon + 1);
      if (address.equals("host-gateway")) {
        gateway.forEach(a -> line(out, Prefix.text(a), name));
      } else {
        line(
            out,
            address.startsWith("[") ? address.substring(1, address.length() - 1) : address,
            name);
      }
    }
    for (ContainerNetworking.Link link : wanted.links()) {
      linked
          .apply(link.containerId())
          .ifPresent(
              a ->
                  line(
                      out,
                      Prefix.text(a),
                      link.alias()
                          + " "
                          + Ids.shortened(link.containerId())
                          + (link.alias().equals(link.containerName())
                              ? ""
                              : " " + link.containerName())));
    }
    if (live.netns().isPresent()) {
      String names = names(wanted.hostname(), wanted.domainname());
      for (LiveNetworking.Endpoint endpoint : live.endpoints()) {
        endpoint.attachment().ipv4().ifPresent(a -> line(out, Prefix.text(a.address()), names));
        endpoint.attachment().ipv6().ifPresent(a -> line(out, Prefix.text(a.address()), names));
      }
    }
    return out.toString();
  }

  private static void checkServer(String address) {
    try {
      Prefix.address(address.replaceFirst("%.+$", ""));
    } catch (IllegalArgumentException e) {
      throw EngineException.system(
          "bad nameserver address %s: ParseAddr(\"%s\"): %s"
              .formatted(
                  address,
                  address,
                  address.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")
                      ? "IPv4 field has value >255"
                      : "unable to parse IP"),
          e);
    }
  }

  /** The full name and, where it has a domain, the host's alone. */
  private static String names(String hostname, String domainname) {
    String full = domainname.isEmpty() ? hostname : hostname + "." + domainname;
    int dot = full.indexOf('.');
    return dot < 0 ? full : full + " " + full.substring(0, dot);
  }

  private static void line(StringBuilder out, String address, String names) {
    out.append(address).append('\t').append(names).append('\n');
  }

  private static String hostsOfHost() {
    try {
      String text = Files.readString(Path.of("/etc/hosts"));
      return text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
    } catch (IOException e) {
      return LOOPBACK;
    }
  }

  /** What the container asked for, else what the daemon was told, else what the host has. */
  static String resolvConf(
      ContainerNetworking wanted,
      LiveNetworking live,
      DaemonOptions.Network daemon,
      HostResolver host) {
    boolean own = live.resolver().isPresent();
    wanted.dns().forEach(EtcFiles::checkServer);
    List<String> servers =
        first(
            wanted.dns(),
            daemon.dns().stream().map(Prefix::text).toList(),
            live.netns().isPresent() ? host.forContainer() : host.forEngine());
    List<String> search = first(wanted.dnsSearch(), daemon.dnsSearch(), host.search());
    List<String> options = first(wanted.dnsOptions(), daemon.dnsOptions(), host.options());
    StringBuilder out = new StringBuilder("# Written by Gantry at every start of the container.\n");
    for (String server : own ? List.of(RESOLVER) : servers) {
      out.append("nameserver ").append(server).append('\n');
    }
    if (!search.isEmpty() && !search.equals(List.of("."))) {
      out.append("search ").append(String.join(" ", search)).append('\n');
    }
    StringJoiner all = new StringJoiner(" ", "options ", "\n").setEmptyValue("");
    options.forEach(all::add);
    if (own && options.stream().noneMatch(o -> o.startsWith("ndots:"))) {
      all.add("ndots:0");
    }
    return out.append(all).toString();
  }

  private static List<String> first(List<String> one, List<String> two, List<String> three) {
    return !one.isEmpty() ? one : !two.isEmpty() ? two : three;
  }
}
