package io.gantry.console.command;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON to be sent. */
final class Json {

  static final JsonMapper MAPPER = new JsonMapper();

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static ArrayNode array(List<String> values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    values.forEach(array::add);
    return array;
  }

  /** An object of strings from {@code KEY=VALUE}; a key alone has an empty value. */
  static ObjectNode pairs(List<String> pairs) {
    ObjectNode object = object();
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      object.put(
          equals < 0 ? pair : pair.substring(0, equals),
          equals < 0 ? "" : pair.substring(equals + 1));
    }
    return object;
  }

  static String text(Map<String, List<String>> map) {
    return MAPPER.writeValueAsString(map);
  }
}
