package io.gantry.bridge;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.network.NetworkSpec;
import io.gantry.plugins.network.Prefix;
import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;

/**
 * The options of one network, typed. Options the driver does not know are kept by the engine and
 * have no effect, as with Docker.
 *
 * @param bridge the interface's name
 * @param icc whether the network's containers may talk to each other
 * @param masquerade whether what leaves the network takes the host's address
 * @param mtu empty for the default route's
 * @param bindAddress where ports are published by default; empty for all addresses of both families
 * @param source address instead of the outgoing interface's, for what leaves the network
 */
record NetworkOptions(
    String bridge,
    boolean icc,
    boolean masquerade,
    Optional<Integer> mtu,
    Optional<InetAddress> bindAddress,
    Optional<InetAddress> source) {

  private static final String BRIDGE = "com.docker.network.bridge.";
  private static final String MTU = "com.docker.network.driver.mtu";
  private static final String HOST_IPV4 = "com.docker.network.host_ipv4";

  static NetworkOptions of(NetworkSpec network) {
    Map<String, String> options = network.options();
    String bridge = options.getOrDefault(BRIDGE + "name", "");
    if (bridge.isEmpty()) {
      bridge = "br-" + network.id().substring(0, 12);
    } else if (!bridge.matches("[^\\s/]{1,15}") || bridge.equals(".") || bridge.equals("..")) {
      throw new DriverException(
          Kind.INVALID,
          "invalid interface name \"" + bridge + "\": at most 15 characters, no slash or space");
    }
    for (String family : new String[] {"4", "6"}) {
      String mode = options.getOrDefault(BRIDGE + "gateway_mode_ipv" + family, "nat");
      if (!mode.isEmpty() && !mode.equals("nat")) {
        throw new DriverException(
            Kind.INVALID,
            "gateway mode \"" + mode + "\" is not supported by this engine's bridge driver");
      }
    }
    if (bool(options, BRIDGE + "inhibit_ipv4", false)) {
      throw new DriverException(
          Kind.INVALID, BRIDGE + "inhibit_ipv4 is not supported by this engine's bridge driver");
    }
    return new NetworkOptions(
        bridge,
        bool(options, BRIDGE + "enable_icc", true),
        bool(options, BRIDGE + "enable_ip_masquerade", true),
        mtu(options),
        address(options, BRIDGE + "host_binding_ipv4").filter(a -> !a.isAnyLocalAddress()),
        address(options, HOST_IPV4));
  }

  private static boolean bool(Map<String, String> options, String name, boolean otherwise) {
    String value = options.getOrDefault(name, "");
    return value.isEmpty() ? otherwise : GoBool.parse(name, value);
  }

  private static Optional<Integer> mtu(Map<String, String> options) {
    String value = options.getOrDefault(MTU, "");
    if (value.isEmpty() || value.equals("0")) {
      return Optional.empty();
    }
    if (!value.matches("\\d{2,5}")
        || Integer.parseInt(value) < 68
        || Integer.parseInt(value) > 65535) {
      throw new DriverException(Kind.INVALID, "failed to parse " + MTU + " value: " + value);
    }
    return Optional.of(Integer.parseInt(value));
  }

  private static Optional<InetAddress> address(Map<String, String> options, String name) {
    String value = options.getOrDefault(name, "");
    if (value.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Prefix.address(value));
    } catch (IllegalArgumentException e) {
      throw new DriverException(Kind.INVALID, "failed to parse " + name + " value: " + value);
    }
  }
}
