package io.gantry.api.http;

import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The {@code filters} parameter: {@code {"status":["running"]}}, or the older {@code
 * {"status":{"running":true}}}, as names with the values each may have.
 */
final class FiltersJson {

  private static final JsonMapper JSON = JsonMapper.shared();

  private FiltersJson() {}

  /**
   * @throws EngineException invalid, with dockerd's message
   */
  static Filters parse(String json) {
    if (json.isEmpty()) {
      return Filters.NONE;
    }
    JsonNode tree;
    try {
      tree = JSON.readTree(json);
    } catch (JacksonException e) {
      throw new EngineException(EngineException.Kind.INVALID, "invalid filter", e);
    }
    if (tree.isNull()) {
      return Filters.NONE;
    }
    if (!tree.isObject()) {
      throw EngineException.invalid("invalid filter");
    }
    Map<String, Set<String>> filters = new LinkedHashMap<>();
    tree.forEachEntry(
        (name, node) -> {
          Set<String> values = values(node);
          if (!values.isEmpty()) {
            filters.put(name, values);
          }
        });
    return new Filters(filters);
  }

  private static Set<String> values(JsonNode node) {
    Set<String> values = new LinkedHashSet<>();
    if (node.isArray()) {
      for (JsonNode value : node) {
        require(value.isString());
        values.add(value.asString());
      }
    } else if (node.isObject()) {
      node.forEachEntry(
          (value, wanted) -> {
            require(wanted.isBoolean());
            values.add(value);
          });
    } else {
      require(node.isNull());
    }
    return values;
  }

  private static void require(boolean ok) {
    if (!ok) {
      throw EngineException.invalid("invalid filter");
    }
  }
}
