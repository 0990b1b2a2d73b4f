package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.Healthcheck;
import io.gantry.image.Image;
import io.gantry.image.ImageDetails;
import io.gantry.image.config.ImageConfig;
import io.gantry.image.config.RunConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.json.JsonMapper;

/** All of an image (API v1.51, definitions/ImageInspect). */
public record ImageInspect(
    String id,
    List<String> repoTags,
    List<String> repoDigests,
    String parent,
    String comment,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String created,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String container,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ContainerConfig containerConfig,
    String dockerVersion,
    String author,
    Object config,
    String architecture,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String variant,
    String os,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String osVersion,
    long size,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long virtualSize,
    ContainerInspect.GraphDriver graphDriver,
    @JsonProperty("RootFS") RootFs rootFs,
    Metadata metadata) {

  private static final JsonMapper MAPPER = Wire.mapper();

  /** {@code RootFS}. */
  public record RootFs(
      String type, @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> layers) {}

  /** {@code Metadata}. */
  public record Metadata(String lastTagTime) {}

  /** {@code Config}: what containers made from it get. */
  public record Config(
      String user,
      @JsonSerialize(using = KeySet.Writer.class) @JsonInclude(JsonInclude.Include.NON_EMPTY)
          Set<String> exposedPorts,
      @Nullable List<String> env,
      @Nullable List<String> cmd,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Healthcheck healthcheck,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean argsEscaped,
      @JsonSerialize(using = KeySet.NullableWriter.class) Set<String> volumes,
      String workingDir,
      @Nullable List<String> entrypoint,
      @Nullable List<String> onBuild,
      @Nullable Map<String, String> labels,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) String stopSignal,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer stopTimeout,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) @Nullable List<String> shell) {

    static Config of(RunConfig config) {
      return new Config(
          config.user(),
          config.exposedPorts(),
          config.env().orElse(null),
          config.cmd().orElse(null),
          config.healthcheck().map(Config::healthcheck).orElse(null),
          config.argsEscaped(),
          config.volumes(),
          config.workingDir(),
          config.entrypoint().orElse(null),
          config.onBuild().orElse(null),
          config.labels().orElse(null),
          config.stopSignal(),
          config.stopTimeout().orElse(null),
          config.shell().orElse(null));
    }

    private static Healthcheck healthcheck(RunConfig.HealthProbe probe) {
      return new Healthcheck(
          probe.test(),
          probe.interval(),
          probe.timeout(),
          probe.startPeriod(),
          probe.startInterval(),
          probe.retries(),
          probe.exitOnUnhealthy());
    }
  }

  /**
   * @param virtualSize clients before 1.44 look at it
   * @param container clients before 1.45 know which container it was committed from
   * @param document the image's configuration: clients before 1.50 see all of what containers can
   *     have; null for others
   */
  public static ImageInspect of(
      ImageDetails details, boolean virtualSize, boolean container, byte @Nullable [] document) {
    Image image = details.image();
    ImageConfig config = details.config();
    JsonNode root = document == null ? MAPPER.createObjectNode() : MAPPER.readTree(document);
    return new ImageInspect(
        image.id(),
        details.repoTags(),
        details.repoDigests(),
        image.parent().orElse(""),
        details.comment(),
        image.created().map(GoTime::text).orElse(null),
        container ? config.container() : "",
        container ? containerConfig(root.path("container_config")) : null,
        config.dockerVersion(),
        config.author(),
        document == null ? Config.of(config.config()) : containerConfig(root.path("config")),
        image.architecture(),
        image.variant(),
        image.os(),
        config.osVersion(),
        image.size(),
        virtualSize ? image.size() : null,
        new ContainerInspect.GraphDriver(
            details.driverData().isEmpty() ? null : details.driverData(), details.driver()),
        new RootFs("layers", image.diffIds()),
        new Metadata(GoTime.text(details.lastTagged().orElse(null))));
  }

  private static ContainerConfig containerConfig(JsonNode node) {
    JsonNode none = MAPPER.createObjectNode();
    try {
      return MAPPER.treeToValue(node.isObject() ? node : none, ContainerConfig.class);
    } catch (JacksonException | WireException e) {
      // images of others may have anything there
      return MAPPER.treeToValue(none, ContainerConfig.class);
    }
  }
}
