package io.gantry.network;

import io.gantry.config.DaemonOptions;
import io.gantry.plugins.network.AddressPool;
import io.gantry.plugins.network.NetworkSpec;
import io.gantry.plugins.network.Prefix;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The network {@code bridge} as the daemon's options want it. */
final class DefaultBridge {

  private static final String OPTION = "com.docker.network.bridge.";
  private static final String NAME = OPTION + "name";

  /** The reserved address that containers use as their router, in Docker's spelling. */
  private static final String ROUTER = "DefaultGatewayIPv4";

  private DefaultBridge() {}

  /** Whether there is to be one. */
  static boolean wanted(DaemonOptions.Network options) {
    return !options.bridge().equals(DaemonOptions.Network.NO_BRIDGE);
  }

  /**
   * The network to be planned.
   *
   * @param before the one of the last start: without {@code --bip} its subnet is kept, as long as
   *     the bridge is the same
   */
  static NetworkSpec spec(DaemonOptions.Network options, String id, Optional<Network> before) {
    Map<String, String> typed = new LinkedHashMap<>();
    typed.put(OPTION + "default_bridge", "true");
    typed.put(OPTION + "enable_icc", Boolean.toString(options.icc()));
    typed.put(OPTION + "enable_ip_masquerade", Boolean.toString(options.ipMasq()));
    typed.put(OPTION + "host_binding_ipv4", Prefix.text(options.bindAddress()));
    typed.put(NAME, options.bridge());
    options.mtu().ifPresent(mtu -> typed.put("com.docker.network.driver.mtu", mtu.toString()));
    return new NetworkSpec(
        id, Predefined.BRIDGE, typed, pools(options, before), true, false, false);
  }

  private static List<AddressPool> pools(DaemonOptions.Network options, Optional<Network> before) {
    Optional<Prefix> bip = options.bip();
    Optional<Prefix> range = options.fixedCidr().map(Prefix::network);
    Map<String, InetAddress> reserved =
        options.defaultGateway().map(router -> Map.of(ROUTER, router)).orElse(Map.of());
    if (bip.isPresent()) {
      return List.of(
          new AddressPool(bip.map(Prefix::network), range, bip.map(Prefix::address), reserved));
    }
    boolean own = options.bridge().equals(DaemonOptions.Network.OWN_BRIDGE);
    Optional<Network> same =
        before.filter(b -> own && options.bridge().equals(b.spec().options().get(NAME)));
    if (same.isPresent()) {
      return same.get().spec().pools().stream()
          .map(
              p ->
                  new AddressPool(
                      p.subnet(),
                      range.filter(r -> p.subnet().filter(s -> s.contains(r)).isPresent()),
                      p.gateway(),
                      reserved))
          .toList();
    }
    if ((own && range.isPresent()) || !reserved.isEmpty()) {
      return List.of(
          new AddressPool(range.filter(r -> own), Optional.empty(), Optional.empty(), reserved));
    }
    return List.of();
  }

  /**
   * Whether the stored network is what the options ask for; a subnet that is left open fits any.
   */
  static boolean fits(Network stored, NetworkSpec wanted) {
    List<AddressPool> pools = stored.spec().pools();
    boolean open = wanted.pools().stream().allMatch(pool -> pool.subnet().isEmpty());
    return stored.spec().options().equals(wanted.options())
        && (open ? reserved(pools).equals(reserved(wanted.pools())) : pools.equals(wanted.pools()));
  }

  private static Map<String, InetAddress> reserved(List<AddressPool> pools) {
    return pools.stream().findFirst().map(AddressPool::reserved).orElse(Map.of());
  }
}
