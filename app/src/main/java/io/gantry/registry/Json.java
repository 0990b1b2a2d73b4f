package io.gantry.registry;

import java.io.IOException;
import java.io.InputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Documents of registries: read with a limit, as trees, because nothing in them can be relied on.
 */
final class Json {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  static JsonNode tree(byte[] bytes) {
    JsonNode tree = MAPPER.readTree(bytes);
    return tree == null ? MAPPER.missingNode() : tree;
  }

  /**
   * Reads a whole body.
   *
   * @throws RegistryException MALFORMED when it is longer than the limit
   */
  static byte[] readAll(InputStream body, int limit, String what) throws IOException {
    byte[] bytes = body.readNBytes(limit + 1);
    if (bytes.length > limit) {
      throw new RegistryException(
          RegistryException.Reason.MALFORMED, what + " is larger than " + limit + " bytes");
    }
    return bytes;
  }
}
