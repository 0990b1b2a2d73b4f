package io.gantry.logging;

import io.gantry.plugins.DriverContext;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.Host;
import io.gantry.plugins.Probe;
import io.gantry.plugins.log.LogDriver;
import io.gantry.plugins.log.LogDriverFactory;
import java.util.Map;

/** Makes the driver {@code json-file}. */
public final class JsonFileLogDriverFactory implements LogDriverFactory {

  @Override
  public String name() {
    return "json-file";
  }

  @Override
  public Probe probe(Host host) {
    return Probe.yes();
  }

  @Override
  public LogDriver open(DriverContext context, Map<String, String> options) {
    for (String option : options.keySet()) {
      throw new DriverException(
          DriverException.Kind.INVALID, "unknown option '" + option + "' of log driver json-file");
    }
    return new FileLogDriver(new JsonFileLog());
  }
}
