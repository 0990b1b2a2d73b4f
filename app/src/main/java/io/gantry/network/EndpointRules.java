package io.gantry.network;

import io.gantry.error.EngineException;
import io.gantry.plugins.network.AddressPool;
import io.gantry.plugins.network.Prefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** What may be asked of a container's connection to a network, with Docker's messages (moby {@code validateEndpointSettings}). */
final class EndpointRules {

  private EndpointRules() {}

  /**
   * @param network the network, if it is there
   * @param name as the user wrote it
   * @param prefix put before the message
   */
  static void check(
      Optional<Network> network, String name, EndpointSettings settings, String prefix) {
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
    if (!settings.macAddress().isEmpty()
        && !settings.macAddress().matches("[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}")) {
      wrong.add("invalid MAC address " + settings.macAddress());
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
          "user specified IP address is supported only when connecting to networks with user configured subnets");
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
