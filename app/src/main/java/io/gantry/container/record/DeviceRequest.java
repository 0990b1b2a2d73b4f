package io.gantry.container.record;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Devices asked for by capability, for instance GPUs (API v1.51, definitions/DeviceRequest).
 *
 * @param driver who provides them
 * @param count -1 is all
 * @param deviceIDs chosen ones
 * @param capabilities or-list of and-lists
 * @param options for the driver
 */
public record DeviceRequest(
    String driver,
    int count,
    @Nullable List<String> deviceIDs,
    @Nullable List<List<String>> capabilities,
    Map<String, String> options) {

  public DeviceRequest {
    driver = Lists.of(driver);
    options = Lists.of(options);
  }
}
