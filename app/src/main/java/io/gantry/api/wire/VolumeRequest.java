package io.gantry.api.wire;

import io.gantry.volume.CreateVolume;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The body of {@code POST /volumes/create} (API v1.51). */
@GoName("volume.CreateOptions")
public record VolumeRequest(
    @Nullable Map<String, Object> clusterVolumeSpec,
    @Nullable String driver,
    @Nullable Map<String, String> driverOpts,
    @Nullable Map<String, String> labels,
    @Nullable String name) {

  public CreateVolume request() {
    return new CreateVolume(
        Objects.requireNonNullElse(name, ""),
        Objects.requireNonNullElse(driver, ""),
        driverOpts,
        labels,
        Optional.empty());
  }
}
