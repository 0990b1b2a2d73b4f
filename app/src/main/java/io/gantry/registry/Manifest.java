package io.gantry.registry;

import io.gantry.registry.RegistryException.Reason;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** What a registry keeps under a tag (Docker manifest v2 schema 2, OCI image specification 1.1). */
public sealed interface Manifest {

  /** No document that names content is larger. */
  int MAX_SIZE = 4 * 1024 * 1024;

  int MAX_ENTRIES = 1024;

  /**
   * An image.
   *
   * @param mediaType of the document
   * @param config its configuration
   * @param layers compressed or not, lowest first
   */
  record Single(String mediaType, Descriptor config, List<Descriptor> layers) implements Manifest {

    public Single {
      layers = List.copyOf(layers);
    }
  }

  /**
   * Images for several platforms.
   *
   * @param mediaType of the document
   * @param manifests of the platforms
   */
  record Index(String mediaType, List<Descriptor> manifests) implements Manifest {

    public Index {
      manifests = List.copyOf(manifests);
    }
  }

  /**
   * Reads a manifest.
   *
   * @param declared the media type the server gave; the document's own wins
   * @throws RegistryException MALFORMED
   */
  static Manifest parse(byte[] document, String declared) {
    JsonNode root;
    try {
      root = Json.tree(document);
    } catch (JacksonException e) {
      throw new RegistryException(Reason.MALFORMED, "manifest is not JSON", e);
    }
    int version = root.path("schemaVersion").asInt(0);
    String own = root.path("mediaType").asString("");
    String type = own.isEmpty() ? declared : own;
    if (version == 1 || type.contains("distribution.manifest.v1+")) {
      throw new RegistryException(
          Reason.MALFORMED,
          "support for Docker Image manifest version 2, schema 1 has been removed: the image must"
              + " be rebuilt and pushed as schema 2 or OCI");
    }
    if (version != 2) {
      throw new RegistryException(Reason.MALFORMED, "manifest has no schemaVersion 2");
    }
    if (MediaTypes.isIndex(type) || (!root.has("config") && root.has("manifests"))) {
      return new Index(type, descriptors(root.path("manifests"), "manifests"));
    }
    if (!root.has("config") || !root.has("layers")) {
      throw new RegistryException(Reason.MALFORMED, "manifest has neither layers nor manifests");
    }
    return new Single(
        type,
        descriptor(root.path("config"), "config"),
        descriptors(root.path("layers"), "layers"));
  }

  private static List<Descriptor> descriptors(JsonNode array, String what) {
    if (!array.isArray() || array.size() > MAX_ENTRIES) {
      throw new RegistryException(
          Reason.MALFORMED, "manifest: " + what + " is no list of at most " + MAX_ENTRIES);
    }
    List<Descriptor> list = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      list.add(descriptor(array.path(i), what));
    }
    return list;
  }

  private static Descriptor descriptor(JsonNode node, String what) {
    String digest = node.path("digest").asString("");
    long size = node.path("size").asLong(-1);
    if (!Digests.isDigest(digest) || size < 0) {
      throw new RegistryException(
          Reason.MALFORMED, "manifest: " + what + " has an entry without a valid digest and size");
    }
    List<String> urls = new ArrayList<>();
    for (int i = 0; i < Math.min(node.path("urls").size(), 16); i++) {
      urls.add(node.path("urls").path(i).asString(""));
    }
    JsonNode platform = node.path("platform");
    return new Descriptor(
        node.path("mediaType").asString(""),
        digest,
        size,
        urls,
        platform.path("os").asString(""),
        platform.path("architecture").asString(""),
        platform.path("variant").asString(""),
        !node.path("annotations").path("vnd.docker.reference.type").asString("").isEmpty());
  }
}
