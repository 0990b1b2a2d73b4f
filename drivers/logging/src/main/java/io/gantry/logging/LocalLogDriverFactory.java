package io.gantry.logging;

import io.gantry.plugins.DriverContext;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.Host;
import io.gantry.plugins.Probe;
import io.gantry.plugins.log.LogDriver;
import io.gantry.plugins.log.LogDriverFactory;
import java.util.Map;

/** Makes the driver {@code local}. */
public final class LocalLogDriverFactory implements LogDriverFactory {

  @Override
  public String name() {
    return "local";
  }

  @Override
  public Probe probe(Host host) {
    return Probe.yes();
  }

  @Override
  public LogDriver open(DriverContext context, Map<String, String> options) {
    for (String option : options.keySet()) {
      throw new DriverException(
          DriverException.Kind.INVALID, "unknown option '" + option + "' of log driver local");
    }
    return new FileLogDriver(new LocalLog());
  }
}
