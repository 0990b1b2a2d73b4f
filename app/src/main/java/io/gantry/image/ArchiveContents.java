package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.registry.Descriptor;
import io.gantry.registry.Digests;
import io.gantry.registry.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What images an archive holds: a Docker archive ({@code manifest.json}) or an OCI image layout
 * ({@code index.json}).
 */
final class ArchiveContents {

  /**
   * An image in an archive.
   *
   * @param config path of its configuration
   * @param layers paths of its layers, lowest first
   * @param names it had; may be empty
   * @param parent id of its parent; may be empty
   */
  record Item(String config, List<String> layers, List<String> names, String parent) {}

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int MAX_IMAGES = 10_000;
  private static final int MAX_NESTING = 4;
  private static final String CONTAINERD_NAME = "io.containerd.image.name";
  private static final String OCI_NAME = "org.opencontainers.image.ref.name";

  private final SpooledArchive archive;

  private ArchiveContents(SpooledArchive archive) {
    this.archive = archive;
  }

  static List<Item> read(SpooledArchive archive) throws IOException {
    ArchiveContents contents = new ArchiveContents(archive);
    if (archive.has("manifest.json")) {
      return contents.docker();
    }
    if (archive.has("index.json")) {
      return contents.oci();
    }
    throw EngineException.invalid(
        "not an image archive: it has neither manifest.json nor index.json");
  }

  private static JsonNode tree(byte[] document, String name) {
    try {
      JsonNode tree = MAPPER.readTree(document);
      return tree == null ? MAPPER.missingNode() : tree;
    } catch (JacksonException e) {
      throw new EngineException(EngineException.Kind.INVALID, name + " is not JSON", e);
    }
  }

  private List<Item> docker() throws IOException {
    JsonNode list = tree(archive.document("manifest.json"), "manifest.json");
    if (!list.isArray() || list.size() > MAX_IMAGES) {
      throw EngineException.invalid(
          "manifest.json is no list of at most " + MAX_IMAGES + " images");
    }
    List<Item> items = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      JsonNode item = list.path(i);
      items.add(
          new Item(
              item.path("Config").asString(""),
              strings(item.path("Layers")),
              strings(item.path("RepoTags")),
              item.path("Parent").asString("")));
    }
    return items;
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      strings.add(array.path(i).asString(""));
    }
    return strings;
  }

  private List<Item> oci() throws IOException {
    JsonNode manifests = tree(archive.document("index.json"), "index.json").path("manifests");
    if (manifests.size() > MAX_IMAGES) {
      throw EngineException.invalid("index.json has more than " + MAX_IMAGES + " images");
    }
    Map<String, Item> items = new LinkedHashMap<>();
    for (int i = 0; i < manifests.size(); i++) {
      JsonNode entry = manifests.path(i);
      Optional<Item> item =
          manifest(entry.path("digest").asString(""), name(entry.path("annotations")), MAX_NESTING);
      item.ifPresent(found -> items.merge(found.config(), found, ArchiveContents::merge));
    }
    return List.copyOf(items.values());
  }

  private static Item merge(Item one, Item other) {
    List<String> names = new ArrayList<>(one.names());
    names.addAll(other.names());
    return new Item(one.config(), one.layers(), names, one.parent());
  }

  private static Optional<String> name(JsonNode annotations) {
    String full = annotations.path(CONTAINERD_NAME).asString("");
    if (!full.isEmpty()) {
      return Optional.of(full);
    }
    String name = annotations.path(OCI_NAME).asString("");
    return name.contains(":") || name.contains("/") ? Optional.of(name) : Optional.empty();
  }

  private Optional<Item> manifest(String digest, Optional<String> name, int nesting)
      throws IOException {
    String path = blob(digest);
    byte[] document = archive.document(path);
    if (!Digests.of(digest, document).equals(digest)) {
      throw EngineException.invalid(path + " does not have this digest");
    }
    return switch (Manifest.parse(document, "")) {
      case Manifest.Single single ->
          Optional.of(
              new Item(
                  blob(single.config().digest()),
                  single.layers().stream().map(layer -> blob(layer.digest())).toList(),
                  name.stream().toList(),
                  ""));
      case Manifest.Index index -> {
        if (nesting == 0) {
          throw EngineException.invalid("index.json is nested too deep");
        }
        List<Descriptor> present =
            index.manifests().stream().filter(entry -> archive.has(blob(entry.digest()))).toList();
        yield present.isEmpty()
            ? Optional.empty()
            : manifest(
                PlatformChoice.choose(present, Optional.empty()).digest(), name, nesting - 1);
      }
    };
  }

  private static String blob(String digest) {
    if (!Digests.isDigest(digest)) {
      throw EngineException.invalid("\"" + digest + "\" in the archive is no digest");
    }
    return "blobs/" + digest.replace(':', '/');
  }

  /** Size of a layer as it is in the archive. */
  static long size(SpooledArchive archive, String layer) throws IOException {
    return Files.size(archive.file(layer));
  }
}
