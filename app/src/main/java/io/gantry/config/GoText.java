package io.gantry.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** Values as Go's {@code %v} prints them: dockerd's messages about options look like this. */
final class GoText {

  private GoText() {}

  static String of(Option<?> option, List<String> flags) {
    return switch (option.type().shape()) {
      case SWITCH, SINGLE -> flags.getLast();
      case LIST -> "[" + String.join(" ", flags) + "]";
      case MAP ->
          "map["
              + String.join(
                  " ", flags.stream().map(flag -> flag.replaceFirst("=", ":")).sorted().toList())
              + "]";
    };
  }

  static String of(JsonNode node) {
    if (node.isArray()) {
      List<String> elements = new ArrayList<>();
      node.forEach(element -> elements.add(of(element)));
      return "[" + String.join(" ", elements) + "]";
    }
    if (node.isObject()) {
      Map<String, String> sorted = new TreeMap<>();
      node.properties().forEach(entry -> sorted.put(entry.getKey(), of(entry.getValue())));
      List<String> entries = new ArrayList<>();
      sorted.forEach((key, value) -> entries.add(key + ":" + value));
      return "map[" + String.join(" ", entries) + "]";
    }
    return node.asString();
  }
}
