package io.gantry.bridge;

import io.gantry.plugins.DriverContext;
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
  public NetworkDriver open(DriverContext context, Map<String, String> options) {
    requireNone(options);
    return new FixedDriver();
  }
}
