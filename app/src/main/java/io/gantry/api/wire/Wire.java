package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.Healthcheck;
import io.gantry.container.record.HostConfig;
import io.gantry.container.record.Mount;
import io.gantry.container.record.Resources;
import io.gantry.container.record.ThrottleDevice;
import io.gantry.container.record.WeightDevice;
import java.time.Instant;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/**
 * Makes the mapper for Docker's JSON: names as Go's structs have them, read without regard to case;
 * unknown names ignored, as dockerd does; types strict.
 */
public final class Wire {

  private static final int DEEPEST = 500;

  private Wire() {}

  /** A new mapper. */
  public static JsonMapper mapper() {
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .build();
    return JsonMapper.builder(factory)
        .propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
        .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_PROPERTIES)
        .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
        .changeDefaultPropertyInclusion(
            value -> value.withValueInclusion(JsonInclude.Include.ALWAYS))
        // questions that records answer are not components of them
        .changeDefaultVisibility(
            visible -> visible.withIsGetterVisibility(JsonAutoDetect.Visibility.NONE))
        .withCoercionConfig(
            LogicalType.Textual,
            config ->
                config
                    .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
        .addModule(new SimpleModule().addSerializer(Instant.class, new GoTime.Serializer()))
        .addMixIn(ContainerConfig.class, ContainerConfigShape.class)
        .addMixIn(HostConfig.class, HostConfigShape.class)
        .addMixIn(Resources.class, ResourcesShape.class)
        .addMixIn(ThrottleDevice.class, ResourcesShape.OfThrottle.class)
        .addMixIn(WeightDevice.class, ResourcesShape.OfWeight.class)
        .addMixIn(Healthcheck.class, OmitEmpty.class)
        .addMixIn(Mount.class, OmitEmpty.class)
        .addMixIn(Mount.BindOptions.class, OmitEmpty.class)
        .addMixIn(Mount.VolumeOptions.class, OmitEmpty.class)
        .addMixIn(Mount.DriverConfig.class, OmitEmpty.class)
        .addMixIn(Mount.TmpfsOptions.class, OmitEmpty.class)
        .addMixIn(Mount.ImageOptions.class, OmitEmpty.class)
        .build();
  }
}
