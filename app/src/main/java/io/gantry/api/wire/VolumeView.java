package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gantry.volume.Volume;
import io.gantry.volume.VolumeUsage;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A volume (API v1.51, definitions/Volume). */
public record VolumeView(
    String createdAt,
    String driver,
    @Nullable Map<String, String> labels,
    String mountpoint,
    String name,
    @Nullable Map<String, String> options,
    String scope,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> status,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Usage usageData) {

  /** What it takes, in {@code df}. */
  public record Usage(long refCount, long size) {}

  /** The answer of {@code GET /volumes}. */
  public record Listing(List<VolumeView> volumes, @Nullable List<String> warnings) {}

  public static VolumeView of(Volume volume) {
    return of(volume, Map.of(), null);
  }

  public static VolumeView of(Volume volume, Map<String, String> status) {
    return of(volume, status, null);
  }

  public static VolumeView of(VolumeUsage usage) {
    return of(usage.volume(), Map.of(), new Usage(usage.references(), usage.size()));
  }

  private static VolumeView of(Volume volume, Map<String, String> status, @Nullable Usage usage) {
    return new VolumeView(
        GoTime.text(volume.created().truncatedTo(ChronoUnit.SECONDS)),
        volume.driver(),
        volume.labels(),
        volume.mountpoint(),
        volume.name(),
        volume.options(),
        volume.scope(),
        status,
        usage);
  }
}
