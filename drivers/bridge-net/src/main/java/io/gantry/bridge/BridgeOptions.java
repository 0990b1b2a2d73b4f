package io.gantry.bridge;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.network.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How the driver works for all its networks.
 *
 * @param instance the engine's id: what the driver makes in the kernel is marked with it
 * @param iptables whether IPv4 firewall rules are made
 * @param ip6tables whether IPv6 firewall rules are made
 * @param ipForward whether the kernel's forwarding is turned on
 * @param blocks where subnets are cut from
 */
record BridgeOptions(
    String instance,
    boolean iptables,
    boolean ip6tables,
    boolean ipForward,
    List<AddressSpace.Block> blocks) {

  static BridgeOptions of(Map<String, String> options) {
    String instance = "";
    boolean iptables = true;
    boolean ip6tables = true;
    boolean ipForward = true;
    List<AddressSpace.Block> blocks = AddressSpace.DEFAULT;
    for (Map.Entry<String, String> option : options.entrySet()) {
      String name = option.getKey();
      String value = option.getValue();
      switch (name) {
        case "instance" -> instance = value;
        case "iptables" -> iptables = GoBool.parse(name, value);
        case "ip6tables" -> ip6tables = GoBool.parse(name, value);
        case "ip-forward" -> ipForward = GoBool.parse(name, value);
        case "default-address-pools" -> blocks = value.isEmpty() ? blocks : blocks(name, value);
        default ->
            throw new DriverException(
                Kind.INVALID, "network driver bridge: unknown option \"" + name + "\"");
      }
    }
    return new BridgeOptions(instance, iptables, ip6tables, ipForward, blocks);
  }

  /** {@code base,size} separated by semicolons, for instance {@code 10.0.0.0/8,24;fd00::/40,64}. */
  private static List<AddressSpace.Block> blocks(String name, String value) {
    List<AddressSpace.Block> blocks = new ArrayList<>();
    for (String part : value.split(";")) {
      int comma = part.indexOf(',');
      try {
        Prefix base = Prefix.parse(part.substring(0, Math.max(comma, 0)));
        int size = Integer.parseInt(part.substring(comma + 1));
        if (size < base.length() || size > (base.isIpv6() ? 126 : 30)) {
          throw invalid(name, value, "the size " + size + " does not fit " + base);
        }
        blocks.add(new AddressSpace.Block(base.network(), size));
      } catch (IllegalArgumentException e) {
        throw invalid(name, value, "\"" + part + "\" is not a subnet and a size");
      }
    }
    return blocks;
  }

  private static DriverException invalid(String name, String value, String why) {
    return new DriverException(
        Kind.INVALID, "network driver bridge: option " + name + "=" + value + ": " + why);
  }
}
