package io.gantry.network;

import io.gantry.config.DaemonOptions;
import io.gantry.driver.Drivers;
import io.gantry.error.EngineException;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.network.NetworkDriver;
import io.gantry.plugins.network.NetworkDriverFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The network drivers by name, opened when first used. */
final class NetworkDrivers {

  static final String BRIDGE = "bridge";
  static final String HOST = "host";
  static final String NULL = "null";

  private final Drivers drivers;
  private final Map<String, String> bridgeOptions;

  NetworkDrivers(Drivers drivers, DaemonOptions.Network options, String instance) {
    this.drivers = drivers;
    Map<String, String> bridge = new HashMap<>();
    bridge.put("instance", instance);
    bridge.put("iptables", Boolean.toString(options.iptables()));
    bridge.put("ip6tables", Boolean.toString(options.iptables()));
    bridge.put("ip-forward", Boolean.toString(options.ipForward()));
    bridge.put(
        "default-address-pools",
        options.addressPools().stream()
            .map(pool -> pool.base() + "," + pool.size())
            .collect(Collectors.joining(";")));
    bridgeOptions = Map.copyOf(bridge);
  }

  /** The open driver; Docker's {@code plugin "x" not found} when there is none. */
  NetworkDriver get(String name) {
    if (!drivers.names(NetworkDriverFactory.class).contains(name)) {
      throw EngineException.notFound("plugin \"" + name + "\" not found");
    }
    try {
      return drivers.open(
          NetworkDriverFactory.class, name, name.equals(BRIDGE) ? bridgeOptions : Map.of());
    } catch (DriverException e) {
      throw EngineException.of(e);
    }
  }

  NetworkDriver of(Network network) {
    return get(network.driver());
  }
}
