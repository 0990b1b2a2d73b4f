package io.gantry.container.hook;

import io.gantry.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The text of a hook file: the {@code hooks} object of the OCI configuration with the three kinds
 * that the guide knows. Strict: {@code path}, {@code args} and {@code env} must be there, and what
 * is not known is refused by name, since a hook that is not run would go unnoticed.
 */
final class HookJson {

  private static final Set<String> KINDS = Set.of("prestart", "poststart", "poststop");
  private static final Set<String> FIELDS = Set.of("path", "args", "env", "timeout");
  private static final int LONGEST = 120;

  /** More than anybody writes; what it takes in memory is bounded by this. */
  private static final StreamReadConstraints CONSTRAINTS =
      StreamReadConstraints.builder()
          .maxNestingDepth(8)
          .maxTokenCount(100_000)
          .maxNumberLength(20)
          .maxStringLength(1 << 20)
          .build();

  private static final JsonMapper JSON =
      JsonMapper.builder(JsonFactory.builder().streamReadConstraints(CONSTRAINTS).build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private HookJson() {}

  /**
   * Reads what a user wrote.
   *
   * @throws EngineException INVALID, naming the hook and what is wrong with it
   */
  static HookSet parse(byte[] text) {
    JsonNode root;
    try {
      root = JSON.readTree(text);
    } catch (JacksonException e) {
      throw malformed(e.getOriginalMessage());
    }
    if (root == null || !root.isObject()) {
      throw malformed("it is not an object");
    }
    for (Map.Entry<String, JsonNode> kind : root.properties()) {
      if (!KINDS.contains(kind.getKey())) {
        throw malformed(
            "unknown kind of hook \"%s\": use prestart, poststart and poststop"
                .formatted(kind.getKey()));
      }
    }
    return new HookSet(hooks(root, "prestart"), hooks(root, "poststart"), hooks(root, "poststop"));
  }

  private static List<Hook> hooks(JsonNode root, String kind) {
    JsonNode list = root.path(kind);
    if (list.isMissingNode() || list.isNull()) {
      return List.of();
    }
    if (!list.isArray()) {
      throw malformed(kind + " is not an array");
    }
    List<Hook> hooks = new ArrayList<>();
    for (JsonNode hook : list) {
      hooks.add(hook(hook, "%s hook %d: ".formatted(kind, hooks.size() + 1)));
    }
    return hooks;
  }

  private static Hook hook(JsonNode hook, String place) {
    if (!hook.isObject()) {
      throw malformed(place + "it is not an object");
    }
    for (Map.Entry<String, JsonNode> field : hook.properties()) {
      if (!FIELDS.contains(field.getKey())) {
        throw malformed(place + "unknown field \"" + field.getKey() + "\"");
      }
    }
    JsonNode path = hook.path("path");
    if (!path.isString() || path.asString().isEmpty()) {
      throw malformed(place + "path is required, a string");
    }
    List<String> env = strings(hook, "env", place);
    for (String entry : env) {
      if (entry.indexOf('=') < 1) {
        throw malformed(place + "env entry \"" + entry + "\" is not NAME=value");
      }
    }
    return new Hook(
        path.asString(), strings(hook, "args", place), env, timeout(hook.path("timeout"), place));
  }

  private static List<String> strings(JsonNode hook, String name, String place) {
    JsonNode list = hook.path(name);
    if (!list.isArray()) {
      throw malformed(place + name + " is required, an array of strings");
    }
    List<String> strings = new ArrayList<>();
    for (JsonNode item : list) {
      if (!item.isString() || item.asString().indexOf('\0') >= 0) {
        throw malformed(place + name + " is required, an array of strings");
      }
      strings.add(item.asString());
    }
    return strings;
  }

  private static int timeout(JsonNode timeout, String place) {
    if (timeout.isMissingNode() || timeout.isNull()) {
      return 0;
    }
    boolean inRange =
        timeout.isIntegralNumber()
            && timeout.canConvertToInt()
            && timeout.asInt() >= 1
            && timeout.asInt() <= LONGEST;
    if (!inRange) {
      throw malformed(
          "%stimeout %s is not an integer from 1 to %d seconds".formatted(place, timeout, LONGEST));
    }
    return timeout.asInt();
  }

  private static EngineException malformed(String why) {
    return EngineException.invalid(
        "malformed hook spec, is your spec file in json format? error: " + why);
  }

  /** As kept in a container's record, and as the runtime reads it. */
  static String write(HookSet hooks) {
    return JSON.writeValueAsString(hooks);
  }
}
