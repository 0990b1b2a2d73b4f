package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.container.record.MountPoint;
import java.util.List;

/** A mount of a container (API v1.51, definitions/MountPoint). */
public record MountView(
    String type,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String name,
    String source,
    String destination,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String driver,
    String mode,
    @JsonProperty("RW") boolean readWrite,
    String propagation) {

  static List<MountView> of(List<MountPoint> mounts) {
    return mounts.stream()
        .map(
            mount ->
                new MountView(
                    mount.type(),
                    mount.name(),
                    mount.source(),
                    mount.destination(),
                    mount.driver(),
                    mount.mode(),
                    mount.readWrite(),
                    mount.propagation()))
        .toList();
  }
}
