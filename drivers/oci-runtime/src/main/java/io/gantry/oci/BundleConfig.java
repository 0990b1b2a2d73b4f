package io.gantry.oci;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The OCI configuration of a container ({@code config.json}), and what this driver adds to it. */
final class BundleConfig {

  private static final JsonMapper JSON = JsonMapper.shared();

  private final ObjectNode root;

  private BundleConfig(ObjectNode root) {
    this.root = root;
  }

  static BundleConfig parse(String id, String text) {
    try {
      if (JSON.readTree(text) instanceof ObjectNode root) {
        return new BundleConfig(root);
      }
      throw new DriverException(
          Kind.INVALID, "the OCI configuration of container " + id + " is not an object");
    } catch (JacksonException e) {
      throw new DriverException(
          Kind.INVALID, "the OCI configuration of container " + id + " is not JSON", e);
    }
  }

  boolean hasHooks(String kind) {
    return !root.path("hooks").path(kind).isEmpty();
  }

  /** The longest time the runtime may take for its hooks; empty when it has none. */
  Optional<Duration> hookTime() {
    Duration time = Duration.ZERO;
    for (String kind : List.of("prestart", "createRuntime", "createContainer")) {
      time = time.plus(Hook.total(Hook.list(root.path("hooks").path(kind))));
    }
    return time.isZero() ? Optional.empty() : Optional.of(time);
  }

  /** The hooks that are run by this driver and not by the runtime, with what they are told. */
  static Path laterHooks(Path bundle) {
    return bundle.resolve("later-hooks.json");
  }

  /** Takes those hooks out of the configuration and puts them into a file of their own. */
  void separateLaterHooks(Path bundle) throws IOException {
    ObjectNode later = JSON.createObjectNode();
    later.set("ociVersion", root.path("ociVersion"));
    later.set("annotations", root.path("annotations"));
    if (root.path("hooks") instanceof ObjectNode hooks) {
      for (String kind : List.of(HookRun.POSTSTART, HookRun.POSTSTOP)) {
        JsonNode list = hooks.remove(kind);
        if (list != null) {
          later.set(kind, list);
        }
      }
    }
    Files.write(laterHooks(bundle), JSON.writeValueAsBytes(later));
  }

  /** The seccomp profile, as text; equal profiles have equal texts. */
  Optional<String> seccompProfile() {
    JsonNode profile = root.path("linux").path("seccomp");
    return profile.isObject() ? Optional.of(profile.toString()) : Optional.empty();
  }

  /** Gives crun a compiled form of the profile, which stays in place beside it. */
  void seccompProgram(String base64) {
    root.withObjectProperty("annotations").put("run.oci.seccomp_bpf_data", base64);
  }

  /**
   * Makes crun write the standard error of hooks, which its own message does not have, to a file.
   */
  void hookErrors(Path file) {
    root.withObjectProperty("annotations").put("run.oci.hooks.stderr", file.toString());
  }

  /** Makes the hooks what crun can run. */
  void wrapHooks(CrunHooks hooks, Path bundle) throws IOException {
    if (root.path("hooks") instanceof ObjectNode all) {
      hooks.wrap(all, bundle);
    }
  }

  /** The program to run, for messages. */
  String program() {
    return program(root.path("process"));
  }

  static String program(JsonNode process) {
    return process.path("args").path(0).asString("");
  }

  byte[] bytes() {
    return JSON.writeValueAsBytes(root);
  }
}
