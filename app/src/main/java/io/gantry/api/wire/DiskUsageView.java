package io.gantry.api.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the engine's objects take (API v1.51, {@code GET /system/df}). */
public record DiskUsageView(
    long layersSize,
    @Nullable List<ImageRow> images,
    @Nullable List<ContainerRow> containers,
    @Nullable List<VolumeView> volumes,
    @Nullable List<String> buildCache) {}
