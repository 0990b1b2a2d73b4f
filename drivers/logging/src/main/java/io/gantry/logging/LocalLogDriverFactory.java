package io.gantry.logging;

import io.gantry.plugins.DriverContext;
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
  public LogDriver open(DriverContext context, Map<String, String> options) {
    requireNone(options);
    return new FileLogDriver(new LocalLog());
  }
}
