package io.gantry.logging;

import io.gantry.plugins.log.LogDriver;
import io.gantry.plugins.log.LogDriverConformance;
import java.util.Map;

class LocalConformanceTest extends LogDriverConformance {

  @Override
  protected LogDriver openDriver() {
    return new FileLogDriver(new LocalLog());
  }

  @Override
  protected String driverName() {
    return "local";
  }

  @Override
  protected Map<String, String> rotatingOptions() {
    return Map.of("max-size", "2k", "max-file", "60");
  }
}
