package io.gantry.oci;

import io.gantry.plugins.runtime.RuntimeDriverConformance;
import io.gantry.plugins.runtime.RuntimeDriverFactory;
import java.util.Map;

/** The driver with runc. */
class RuncConformanceTest extends RuntimeDriverConformance {

  @Override
  protected RuntimeDriverFactory factory() {
    return new OciRuntimeFactory();
  }

  @Override
  protected Map<String, String> options() {
    return Map.of("default-runtime", "runc");
  }
}
