package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.gantry.container.record.Resources;
import io.gantry.container.record.RestartPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonDeserialize;

/**
 * The body of {@code POST /containers/{id}/update} (API v1.51).
 *
 * @param accel openEuler: accelerators by name
 */
@GoName("container.UpdateConfig")
public record UpdateRequest(
    @JsonUnwrapped @JsonDeserialize(using = Flat.OfResources.class) Resources resources,
    @Nullable RestartPolicy restartPolicy,
    @Nullable List<String> accel) {}
