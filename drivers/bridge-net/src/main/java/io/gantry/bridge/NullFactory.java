package io.gantry.bridge;

import io.gantry.plugins.DriverContext;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.Host;
import io.gantry.plugins.Probe;
import io.gantry.plugins.network.NetworkDriver;
import io.gantry.plugins.network.NetworkDriverFactory;
import java.util.Map;

/** Makes the driver {@code null}. */
public final class NullFactory implements NetworkDriverFactory {

  @Override
  public String name() {
    return "null";
  }

  @Override
  public Probe probe(Host host) {
    return Probe.yes();
  }

  @Override
  public NetworkDriver open(DriverContext context, Map<String, String> options) {
    if (!options.isEmpty()) {
      throw new DriverException(
          Kind.INVALID, "network driver null takes no options: " + options.keySet());
    }
    return new FixedDriver();
  }
}
