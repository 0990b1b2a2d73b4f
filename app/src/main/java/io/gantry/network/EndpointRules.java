package io.gantry.network;

import io.gantry.error.EngineException;
import io.gantry.plugins.network.AddressPool;
import io.gantry.plugins.network.Prefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What may be asked of a container's connection to a network, with Docker's messages (moby {@code
 * validateEndpointSettings}).
 */
final class EndpointRules {

  private static final String NOT_HOST =
      "cannot connect container to host network - container must be created in host network mode";
  private static final String NOT_NONE =
      "container cannot be connected to multiple networks with one of the networks in private"
          + " (none) mode";

  private static final Pattern MAC =
      Pattern.compile("[0-9a-fA-F]{2}(?:(?::[0-9a-fA-F]{2}){5}|(?:-[0-9a-fA-F]{2}){5})");

  private final NetworkIndex index;

  EndpointRules(NetworkIndex index) {
    this.index = index;
  }

  /** See {@link NetworkService#check}. */
  Map<String, EndpointSettings> checkCreate(String mode, Map<String, EndpointSettings> networks) {
    if (mode.startsWith("container:")) {
      return Map.of();
    }
    Map<String, EndpointSettings> given = new LinkedHashMap<>();
    networks.forEach((name, settings) -> given.put(nameOf(Predefined.network(name)), settings));
    Map<String, EndpointSettings> all = new LinkedHashMap<>();
    String first = nameOf(Predefined.network(mode));
    boolean alone = first.equals(Predefined.HOST) || first.equals(Predefined.NONE);
    if (alone || given.isEmpty() || given.containsKey(first)) {
      all.put(first, given.getOrDefault(first, EndpointSettings.NONE));
    }
    given.forEach(all::putIfAbsent);
    if (all.size() > 1 && all.containsKey(Predefined.HOST)) {
      throw EngineException.invalid(NOT_HOST);
    }
    if (all.size() > 1 && all.containsKey(Predefined.NONE)) {
      throw EngineException.invalid(NOT_NONE);
    }
    all.forEach(
        (name, settings) ->
            check(
                index.find(name).map(entry -> entry.network),
                name,
                settings,
                "invalid config for network " + name + ": "));
    return all;
  }

  /**
   * A network's name, whether it is given by name, id or prefix; what is not there keeps its
   * spelling.
   */
  private String nameOf(String reference) {
    return index.find(reference).map(entry -> entry.network.name()).orElse(reference);
  }

  /** See {@link NetworkService#checkConnect}. */
  String checkConnect(
      Network network,
      String mode,
      EndpointSettings settings,
      Map<String, EndpointSettings> connected) {
    if (network.name().equals(Predefined.HOST) || mode.equals(Predefined.HOST)) {
      throw EngineException.invalid(NOT_HOST);
    }
    if (mode.startsWith("container:")) {
      throw EngineException.invalid(
          "container sharing network namespace with another container or host cannot be connected"
              + " to any other network");
    }
    if (network.name().equals(Predefined.NONE) || connected.containsKey(Predefined.NONE)) {
      throw EngineException.invalid(NOT_NONE);
    }
    check(Optional.of(network), network.name(), settings, "");
    return network.name();
  }

  /**
   * @param network the network, if it is there
   * @param name as the user wrote it
   * @param prefix put before the message
   */
  private static void check(
      Optional<Network> network, String name, EndpointSettings settings, String prefix) {
    String mac = settings.macAddress();
    if (!mac.isEmpty() && !MAC.matcher(mac).matches()) {
      throw EngineException.invalid(prefix + "invalid MAC address " + mac);
    }
    List<String> wrong = new ArrayList<>();
    boolean fixed = !settings.ipv4Address().isEmpty() || !settings.ipv6Address().isEmpty();
    if (Predefined.NAMES.contains(name)) {
      if (fixed) {
        wrong.add("user specified IP address is supported on user defined networks only");
      }
      if (!settings.aliases().isEmpty()) {
        wrong.add("network-scoped alias is supported only for containers in user defined networks");
      }
    }
    Optional<InetAddress> four = address("IPv4", settings.ipv4Address(), 4, wrong);
    Optional<InetAddress> six = address("IPv6", settings.ipv6Address(), 16, wrong);
    settings.linkLocalIps().forEach(ip -> address("link-local IP", ip, 0, wrong));
    if (fixed && network.isPresent()) {
      inSubnet(network.get(), four, six, wrong);
    }
    if (!wrong.isEmpty()) {
      throw EngineException.invalid(
          prefix
              + "invalid endpoint settings:\n"
              + (wrong.size() == 1 ? wrong.getFirst() : "* " + String.join("\n* ", wrong)));
    }
  }

  private static void inSubnet(
      Network network, Optional<InetAddress> four, Optional<InetAddress> six, List<String> wrong) {
    if (!network.isPredefined() && !network.ipam().userSubnet()) {
      wrong.add(
          "user specified IP address is supported only when connecting to networks with user"
              + " configured subnets");
      return;
    }
    for (Optional<InetAddress> address : List.of(four, six)) {
      Predicate<AddressPool> fits =
          pool -> pool.subnet().filter(s -> s.contains(address.orElseThrow())).isPresent();
      if (address.isPresent() && network.spec().pools().stream().noneMatch(fits)) {
        wrong.add(
            "no configured subnet or ip-range contain the IP address "
                + Prefix.text(address.get()));
      }
    }
  }

  private static Optional<InetAddress> address(
      String what, String text, int bytes, List<String> wrong) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      InetAddress address = Prefix.address(text);
      if (bytes == 0 || address.getAddress().length == bytes) {
        return Optional.of(address);
      }
    } catch (IllegalArgumentException e) {
      wrong.add("invalid " + what + " address: " + text);
      return Optional.empty();
    }
    wrong.add("invalid " + what + " address: " + text);
    return Optional.empty();
  }
}
