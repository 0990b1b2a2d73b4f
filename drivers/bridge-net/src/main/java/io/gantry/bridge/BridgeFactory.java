package io.gantry.bridge;

import io.gantry.linux.netlink.RouteSocket;
import io.gantry.plugins.DriverContext;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.Host;
import io.gantry.plugins.Probe;
import io.gantry.plugins.network.NetworkDriver;
import io.gantry.plugins.network.NetworkDriverFactory;
import java.io.IOException;
import java.util.Map;

/** Makes the driver {@code bridge}. */
public final class BridgeFactory implements NetworkDriverFactory {

  @Override
  public String name() {
    return "bridge";
  }

  @Override
  public Probe probe(Host host) {
    try (RouteSocket socket = RouteSocket.open()) {
      return socket.link("lo").isPresent()
          ? Probe.yes()
          : Probe.no("there is no loopback interface");
    } catch (IOException e) {
      return Probe.no(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public NetworkDriver open(DriverContext context, Map<String, String> options) {
    BridgeOptions typed = BridgeOptions.of(options);
    try {
      return new BridgeDriver(typed, context.dataDirectory(), new Owners(Owners.DIRECTORY));
    } catch (IOException e) {
      throw new DriverException(Kind.SYSTEM, "network driver bridge: " + e.getMessage(), e);
    }
  }
}
