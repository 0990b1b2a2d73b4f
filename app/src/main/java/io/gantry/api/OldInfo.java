package io.gantry.api;

import io.gantry.api.http.ApiVersion;
import io.gantry.api.wire.InfoView;
import io.gantry.api.wire.Wire;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What {@code GET /info} was in older versions of the API, as dockerd 28 still answers them. */
final class OldInfo {

  private static final JsonMapper MAPPER = Wire.mapper();

  /** Since this version there is nothing about the bridge's filters. */
  private static final int NO_BRIDGE_FILTERS = 50;

  /** Since this version the firewall has a name, and programs have no expected versions. */
  private static final int FIREWALL = 49;

  /** Since this version there are no artifacts that must not be distributed. */
  private static final int NO_ARTIFACTS = 47;

  /** Since this version kernel memory cannot be limited. */
  private static final int NO_KERNEL_MEMORY = 42;

  /** Since this version security options are lists of names and values. */
  private static final int SECURITY_VALUES = 25;

  private OldInfo() {}

  /** The answer for clients of a version. */
  static Object of(InfoView now, ApiVersion version) {
    if (version.atLeast(NO_BRIDGE_FILTERS)) {
      return now;
    }
    ObjectNode info = MAPPER.valueToTree(now);
    info.put("BridgeNfIptables", false);
    info.put("BridgeNfIp6tables", false);
    if (version.before(FIREWALL)) {
      info.remove("FirewallBackend");
      for (String program : List.of("ContainerdCommit", "RuncCommit", "InitCommit")) {
        expected((ObjectNode) info.get(program));
      }
    }
    if (version.before(NO_ARTIFACTS)) {
      ObjectNode registries = (ObjectNode) info.get("RegistryConfig");
      registries.putNull("AllowNondistributableArtifactsCIDRs");
      registries.putNull("AllowNondistributableArtifactsHostnames");
    }
    if (version.before(NO_KERNEL_MEMORY) && now.kernelMemoryTcp()) {
      info.put("KernelMemory", true);
    }
    if (version.before(SECURITY_VALUES)) {
      names((ArrayNode) info.get("SecurityOptions"));
    }
    return info;
  }

  /** A program was expected to be what it is. */
  private static void expected(ObjectNode commit) {
    String id = commit.get("ID").asString();
    if (!id.isEmpty()) {
      commit.put("Expected", id);
    }
  }

  private static void names(ArrayNode options) {
    for (int i = 0; i < options.size(); i++) {
      JsonNode option = options.get(i);
      options.set(i, option.asString().replaceFirst("^name=", "").replaceFirst(",.*", ""));
    }
  }
}
