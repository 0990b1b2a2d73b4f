package io.gantry.image.config;

import io.gantry.error.EngineException;
import io.gantry.registry.Digests;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Image configurations as JSON: reads anybody's, writes what Docker reads. */
public final class ConfigJson {

  /** No configuration is larger. */
  public static final int MAX_SIZE = 4 * 1024 * 1024;

  /** More layers cannot be mounted. */
  static final int MAX_LAYERS = 125;

  private static final int MAX_STEPS = 10_000;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private ConfigJson() {}

  /**
   * Reads a configuration.
   *
   * @throws EngineException INVALID when it is none
   */
  public static ImageConfig read(byte[] document) {
    if (document.length > MAX_SIZE) {
      throw EngineException.invalid("image configuration is larger than " + MAX_SIZE + " bytes");
    }
    JsonNode root;
    try {
      root = MAPPER.readTree(document);
    } catch (JacksonException e) {
      throw new EngineException(
          EngineException.Kind.INVALID, "invalid image configuration: not JSON", e);
    }
    if (root == null || !root.isObject()) {
      throw EngineException.invalid("invalid image configuration: not an object");
    }
    JsonNode rootfs = root.path("rootfs");
    if (!rootfs.isObject()) {
      throw EngineException.invalid("invalid image configuration: no RootFS key");
    }
    return new ImageConfig(
        text(root, "architecture"),
        text(root, "os"),
        text(root, "variant"),
        text(root, "os.version"),
        time(root.path("created")),
        text(root, "author"),
        text(root, "comment"),
        text(root, "container"),
        text(root, "docker_version"),
        runConfig(root.path("config")),
        diffIds(rootfs.path("diff_ids")),
        history(root.path("history")));
  }

  private static List<String> diffIds(JsonNode array) {
    if (array.size() > MAX_LAYERS) {
      throw EngineException.invalid(
          "max depth exceeded: the image has " + array.size() + " layers");
    }
    List<String> ids = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      String id = array.path(i).asString("");
      if (!Digests.isDigest(id)) {
        throw EngineException.invalid(
            "invalid image configuration: diff id " + i + " is no digest");
      }
      ids.add(id);
    }
    return ids;
  }

  private static List<ImageConfig.Step> history(JsonNode array) {
    if (array.size() > MAX_STEPS) {
      throw EngineException.invalid("invalid image configuration: too long a history");
    }
    List<ImageConfig.Step> steps = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      JsonNode step = array.path(i);
      steps.add(
          new ImageConfig.Step(
              time(step.path("created")),
              text(step, "created_by"),
              text(step, "author"),
              text(step, "comment"),
              step.path("empty_layer").asBoolean(false)));
    }
    return steps;
  }

  /** Reads the {@code config} object; also what clients send as one. */
  static RunConfig runConfig(JsonNode node) {
    if (!node.isObject()) {
      return RunConfig.EMPTY;
    }
    return new RunConfig(
        text(node, "User"),
        keys(node.path("ExposedPorts")),
        list(node.path("Env")),
        list(node.path("Entrypoint")),
        list(node.path("Cmd")),
        keys(node.path("Volumes")),
        text(node, "WorkingDir"),
        map(node.path("Labels")),
        text(node, "StopSignal"),
        node.path("StopTimeout").isNumber()
            ? Optional.of(node.path("StopTimeout").asInt(0))
            : Optional.empty(),
        probe(node.path("Healthcheck")),
        list(node.path("OnBuild")),
        list(node.path("Shell")),
        node.path("ArgsEscaped").asBoolean(false));
  }

  private static Optional<RunConfig.HealthProbe> probe(JsonNode node) {
    if (!node.isObject()) {
      return Optional.empty();
    }
    return Optional.of(
        new RunConfig.HealthProbe(
            list(node.path("Test")).orElse(List.of()),
            node.path("Interval").asLong(0),
            node.path("Timeout").asLong(0),
            node.path("StartPeriod").asLong(0),
            node.path("StartInterval").asLong(0),
            node.path("Retries").asInt(0),
            node.path("ExitOnUnhealthy").asBoolean(false)));
  }

  private static String text(JsonNode node, String name) {
    return node.path(name).asString("");
  }

  private static Optional<List<String>> list(JsonNode node) {
    if (node.isString()) {
      return Optional.of(List.of(node.asString("")));
    }
    if (!node.isArray()) {
      return Optional.empty();
    }
    List<String> list = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      list.add(node.path(i).asString(""));
    }
    return Optional.of(List.copyOf(list));
  }

  private static Set<String> keys(JsonNode node) {
    return node.isObject() ? Set.copyOf(node.propertyNames()) : Set.of();
  }

  private static Optional<Map<String, String>> map(JsonNode node) {
    if (!node.isObject()) {
      return Optional.empty();
    }
    Map<String, String> map = new LinkedHashMap<>();
    for (String name : node.propertyNames()) {
      map.put(name, node.path(name).asString(""));
    }
    return Optional.of(Map.copyOf(map));
  }

  private static Optional<Instant> time(JsonNode node) {
    String text = node.asString("");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      Instant time = OffsetDateTime.parse(text).toInstant();
      return time.getEpochSecond() <= GO_ZERO ? Optional.empty() : Optional.of(time);
    } catch (DateTimeException e) {
      throw new EngineException(
          EngineException.Kind.INVALID, "invalid image configuration: time \"" + text + "\"", e);
    }
  }

  /** 0001-01-01, which Go writes for no time at all. */
  private static final long GO_ZERO = -62135596800L;

  /** Writes a new image's configuration. */
  public static byte[] write(ImageConfig image) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("architecture", image.architecture());
    put(root, "variant", image.variant());
    put(root, "author", image.author());
    put(root, "comment", image.comment());
    put(root, "container", image.container());
    root.put("config", write(image.config()));
    image.created().ifPresent(created -> root.put("created", goTime(created)));
    put(root, "docker_version", image.dockerVersion());
    root.put("history", image.history().stream().map(ConfigJson::write).toList());
    root.put("os", image.os());
    put(root, "os.version", image.osVersion());
    Map<String, Object> rootfs = new LinkedHashMap<>();
    rootfs.put("type", "layers");
    rootfs.put("diff_ids", image.diffIds());
    root.put("rootfs", rootfs);
    return MAPPER.writeValueAsBytes(root);
  }

  private static Map<String, Object> write(ImageConfig.Step step) {
    Map<String, Object> map = new LinkedHashMap<>();
    step.created().ifPresent(created -> map.put("created", goTime(created)));
    put(map, "created_by", step.createdBy());
    put(map, "author", step.author());
    put(map, "comment", step.comment());
    if (step.emptyLayer()) {
      map.put("empty_layer", true);
    }
    return map;
  }

  private static Map<String, Object> write(RunConfig config) {
    Map<String, Object> map = new LinkedHashMap<>();
    put(map, "User", config.user());
    putKeys(map, "ExposedPorts", config.exposedPorts());
    config.env().ifPresent(env -> map.put("Env", env));
    config.entrypoint().ifPresent(entrypoint -> map.put("Entrypoint", entrypoint));
    config.cmd().ifPresent(cmd -> map.put("Cmd", cmd));
    putKeys(map, "Volumes", config.volumes());
    put(map, "WorkingDir", config.workingDir());
    config.labels().ifPresent(labels -> map.put("Labels", sorted(labels)));
    put(map, "StopSignal", config.stopSignal());
    config.stopTimeout().ifPresent(seconds -> map.put("StopTimeout", seconds));
    config.healthcheck().ifPresent(probe -> map.put("Healthcheck", write(probe)));
    config.onBuild().ifPresent(onBuild -> map.put("OnBuild", onBuild));
    config.shell().ifPresent(shell -> map.put("Shell", shell));
    if (config.argsEscaped()) {
      map.put("ArgsEscaped", true);
    }
    return map;
  }

  private static Map<String, Object> write(RunConfig.HealthProbe probe) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (!probe.test().isEmpty()) {
      map.put("Test", probe.test());
    }
    put(map, "Interval", probe.interval());
    put(map, "Timeout", probe.timeout());
    put(map, "StartPeriod", probe.startPeriod());
    put(map, "StartInterval", probe.startInterval());
    put(map, "Retries", probe.retries());
    if (probe.exitOnUnhealthy()) {
      map.put("ExitOnUnhealthy", true);
    }
    return map;
  }

  private static Map<String, String> sorted(Map<String, String> map) {
    Map<String, String> sorted = new LinkedHashMap<>();
    map.keySet().stream().sorted().forEach(key -> sorted.put(key, map.getOrDefault(key, "")));
    return sorted;
  }

  private static void put(Map<String, Object> map, String name, String value) {
    if (!value.isEmpty()) {
      map.put(name, value);
    }
  }

  private static void put(Map<String, Object> map, String name, long value) {
    if (value != 0) {
      map.put(name, value);
    }
  }

  private static void putKeys(Map<String, Object> map, String name, Set<String> keys) {
    if (!keys.isEmpty()) {
      Map<String, Object> set = new LinkedHashMap<>();
      new LinkedHashSet<>(keys.stream().sorted().toList()).forEach(key -> set.put(key, Map.of()));
      map.put(name, set);
    }
  }

  private static String goTime(Instant time) {
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time.atOffset(ZoneOffset.UTC));
  }
}
