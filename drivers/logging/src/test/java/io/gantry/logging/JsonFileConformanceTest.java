package io.gantry.logging;

import io.gantry.plugins.log.LogDriver;
import io.gantry.plugins.log.LogDriverConformance;
import java.util.Map;

class JsonFileConformanceTest extends LogDriverConformance {

  @Override
  protected LogDriver openDriver() {
    return new FileLogDriver(new JsonFileLog());
  }

  @Override
  protected String driverName() {
    return "json-file";
  }

  @Override
  protected Map<String, String> rotatingOptions() {
    return Map.of("max-size", "3k", "max-file", "60");
  }
}
