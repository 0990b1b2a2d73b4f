package io.gantry.console.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** The functions of a template, and how it writes a value: as Go's fmt does. */
final class Functions {

  private static final JsonMapper JSON = new JsonMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Functions() {}

  static JsonNode call(String name, List<JsonNode> arguments) {
    return switch (name) {
      case "json" -> NODES.stringNode(JSON.writeValueAsString(argument(name, arguments, 1, 0)));
      case "upper" -> NODES.stringNode(string(name, arguments).toUpperCase(Locale.ROOT));
      case "lower" -> NODES.stringNode(string(name, arguments).toLowerCase(Locale.ROOT));
      case "len" -> NODES.numberNode(length(argument(name, arguments, 1, 0)));
      case "join" ->
          NODES.stringNode(
              String.join(
                  text(argument(name, arguments, 2, 1)), texts(argument(name, arguments, 2, 0))));
      case "split" ->
          split(text(argument(name, arguments, 2, 0)), text(argument(name, arguments, 2, 1)));
      case "index" -> index(arguments);
      case "println" ->
          NODES.stringNode(
              String.join(" ", arguments.stream().map(Functions::text).toList()) + "\n");
      case "not" -> NODES.booleanNode(!holds(argument(name, arguments, 1, 0)));
      case "eq" ->
          NODES.booleanNode(
              text(argument(name, arguments, 2, 0)).equals(text(argument(name, arguments, 2, 1))));
      case "ne" ->
          NODES.booleanNode(
              !text(argument(name, arguments, 2, 0)).equals(text(argument(name, arguments, 2, 1))));
      default -> throw new TemplateException("function \"" + name + "\" not defined");
    };
  }

  private static JsonNode argument(String name, List<JsonNode> arguments, int count, int index) {
    if (arguments.size() != count) {
      throw new TemplateException(
          "wrong number of args for " + name + ": want " + count + " got " + arguments.size());
    }
    return arguments.get(index);
  }

  private static String string(String name, List<JsonNode> arguments) {
    return text(argument(name, arguments, 1, 0));
  }

  private static int length(JsonNode value) {
    return value.isContainer() ? value.size() : text(value).length();
  }

  private static List<String> texts(JsonNode values) {
    List<String> texts = new ArrayList<>();
    values.forEach(value -> texts.add(text(value)));
    return texts;
  }

  private static JsonNode split(String text, String separator) {
    var parts = NODES.arrayNode();
    Arrays.stream(text.split(Pattern.quote(separator), -1)).forEach(parts::add);
    return parts;
  }

  private static JsonNode index(List<JsonNode> arguments) {
    if (arguments.isEmpty()) {
      throw new TemplateException("wrong number of args for index: want at least 1 got 0");
    }
    JsonNode value = arguments.getFirst();
    for (JsonNode key : arguments.subList(1, arguments.size())) {
      JsonNode next = value.isArray() ? value.get(key.asInt(-1)) : value.get(text(key));
      if (next == null) {
        if (value.isArray()) {
          throw new TemplateException("index out of range: " + text(key));
        }
        return NODES.stringNode("");
      }
      value = next;
    }
    return value;
  }

  /** Whether a value counts as true: not empty, not zero. */
  static boolean holds(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return false;
    } else if (value.isContainer()) {
      return !value.isEmpty();
    } else if (value.isNumber()) {
      return value.asDouble() != 0;
    } else if (value.isBoolean()) {
      return value.asBoolean();
    }
    return !text(value).isEmpty();
  }

  /** A value as Go's fmt prints it with %v. */
  static String text(JsonNode value) {
    if (value.isNull() || value.isMissingNode()) {
      return "<no value>";
    } else if (value.isArray()) {
      return "[" + String.join(" ", texts(value)) + "]";
    } else if (value.isObject()) {
      return "map["
          + String.join(
              " ",
              value.properties().stream()
                  .map(entry -> entry.getKey() + ":" + text(entry.getValue()))
                  .sorted()
                  .toList())
          + "]";
    }
    return value.asString();
  }
}
