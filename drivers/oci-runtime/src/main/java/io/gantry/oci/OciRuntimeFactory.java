package io.gantry.oci;

import io.gantry.plugins.DriverContext;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.Host;
import io.gantry.plugins.Probe;
import io.gantry.plugins.runtime.RuntimeDriver;
import io.gantry.plugins.runtime.RuntimeDriverFactory;
import java.io.IOException;
import java.util.Map;

/**
 * Makes the driver {@code oci}. Options: {@code conmon=<path>}; {@code runtime.<name>=<path>} adds
 * a runtime or says where it is; {@code default-runtime=<name>}.
 */
public final class OciRuntimeFactory implements RuntimeDriverFactory {

  @Override
  public String name() {
    return "oci";
  }

  @Override
  public Probe probe(Host host) {
    try {
      var _ = Programs.find(Map.of());
      return Probe.yes();
    } catch (DriverException e) {
      return Probe.no(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public RuntimeDriver open(DriverContext context, Map<String, String> options) {
    Programs programs = Programs.find(options);
    try {
      return OciDriver.open(Layout.in(context), programs);
    } catch (IOException e) {
      throw new DriverException(
          DriverException.Kind.SYSTEM, "cannot open the runtime driver: " + e.getMessage(), e);
    }
  }
}
