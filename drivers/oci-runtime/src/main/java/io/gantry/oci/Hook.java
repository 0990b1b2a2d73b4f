package io.gantry.oci;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A program that is run at one moment of a container's life (OCI runtime-spec, config.md,
 * "POSIX-platform Hooks").
 *
 * @param path of the program
 * @param args what it is called, then its arguments
 * @param env all of its environment
 * @param timeout after which it is killed
 */
record Hook(String path, List<String> args, Map<String, String> env, Duration timeout) {

  /** What a hook gets that has no time of its own, and the most that any gets. */
  static final Duration LONGEST = Duration.ofSeconds(120);

  /** The hooks of one kind, in their order. */
  static List<Hook> list(JsonNode kind) {
    List<Hook> hooks = new ArrayList<>();
    for (JsonNode hook : kind) {
      String path = hook.path("path").asString("");
      List<String> args = new ArrayList<>();
      hook.path("args").forEach(arg -> args.add(arg.asString("")));
      Map<String, String> env = new LinkedHashMap<>();
      for (JsonNode entry : hook.path("env")) {
        String[] parts = entry.asString("").split("=", 2);
        env.put(parts[0], parts.length == 2 ? parts[1] : "");
      }
      hooks.add(new Hook(path, args.isEmpty() ? List.of(path) : args, env, timeout(hook)));
    }
    return hooks;
  }

  private static Duration timeout(JsonNode hook) {
    Duration own = Duration.ofSeconds(hook.path("timeout").asLong(0));
    return own.isPositive() && own.compareTo(LONGEST) < 0 ? own : LONGEST;
  }

  /** How long all may take together that the runtime runs one after the other. */
  static Duration total(List<Hook> hooks) {
    return hooks.stream().map(Hook::timeout).reduce(Duration.ZERO, Duration::plus);
  }
}
