package io.gantry.oci;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import java.nio.file.Path;
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

  boolean hasHooks() {
    return !root.path("hooks").isEmpty();
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
