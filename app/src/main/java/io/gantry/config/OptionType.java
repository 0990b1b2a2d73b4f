package io.gantry.config;

import io.gantry.units.Bools;
import io.gantry.units.Sizes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * How the values of one kind of option are written, as flags and in {@code daemon.json}. Both
 * readers throw {@link IllegalArgumentException} with a message that says what is wrong with the
 * value; the caller adds the option's name.
 *
 * @param label what the help shows after the option's name
 * @param shape how a value of the option looks, for the reader of the command line and for messages
 * @param fromFlags from the values of all occurrences of the flag, at least one
 * @param fromJson from the value of the key
 */
record OptionType<T>(
    String label,
    Shape shape,
    Function<List<String>, T> fromFlags,
    Function<JsonNode, T> fromJson) {

  enum Shape {
    /** A flag that needs no value. */
    SWITCH,
    /** The last occurrence counts. */
    SINGLE,
    /** Each occurrence adds one. */
    LIST,
    /** Each occurrence adds one {@code key=value}. */
    MAP
  }

  static OptionType<Boolean> bool() {
    return new OptionType<>(
        "",
        Shape.SWITCH,
        values -> parseBoolean(values.getLast()),
        node -> {
          require(node.isBoolean(), node, "true or false");
          return node.asBoolean();
        });
  }

  static OptionType<Integer> integer() {
    return new OptionType<>(
        "int",
        Shape.SINGLE,
        values -> parseInteger(values.getLast()),
        node -> {
          require(node.isIntegralNumber() && node.canConvertToInt(), node, "an integer");
          return node.asInt();
        });
  }

  static OptionType<String> string() {
    return text("string", Function.identity());
  }

  static <T> OptionType<T> text(String label, Function<String, T> parser) {
    return new OptionType<>(
        label,
        Shape.SINGLE,
        values -> parser.apply(values.getLast()),
        node -> parser.apply(string(node)));
  }

  /** A size in bytes: a number, or digits with a suffix of k, m, g, t, p (powers of 1024). */
  static OptionType<Long> bytes() {
    return new OptionType<>(
        "bytes",
        Shape.SINGLE,
        values -> Sizes.parse(values.getLast()),
        node -> {
          if (node.isIntegralNumber() && node.canConvertToLong() && node.asLong() >= 0) {
            return node.asLong();
          }
          require(node.isString(), node, "a size");
          return Sizes.parse(node.asString());
        });
  }

  static <T> OptionType<List<T>> list(String label, Function<String, T> parser) {
    return new OptionType<>(
        label,
        Shape.LIST,
        values -> values.stream().map(parser).toList(),
        node -> {
          require(node.isArray(), node, "a list of strings");
          List<T> list = new ArrayList<>();
          for (JsonNode element : node) {
            list.add(parser.apply(string(element)));
          }
          return List.copyOf(list);
        });
  }

  /** Strings by string: {@code key=value} on the command line, an object in the file. */
  static OptionType<Map<String, String>> map(String label) {
    return new OptionType<>(
        label,
        Shape.MAP,
        values -> {
          Map<String, String> map = new LinkedHashMap<>();
          values.forEach(value -> putPair(map, value));
          return map;
        },
        node -> {
          require(node.isObject(), node, "an object of strings");
          Map<String, String> map = new LinkedHashMap<>();
          node.properties().forEach(entry -> map.put(entry.getKey(), string(entry.getValue())));
          return map;
        });
  }

  /** Pairs by string: {@code key=value} on the command line, a list of such strings in the file. */
  static OptionType<Map<String, String>> pairs() {
    OptionType<List<String>> list = list("list", Function.identity());
    Function<List<String>, Map<String, String>> toMap =
        values -> {
          Map<String, String> map = new LinkedHashMap<>();
          values.forEach(value -> putPair(map, value));
          return map;
        };
    return new OptionType<>("list", Shape.LIST, toMap, list.fromJson().andThen(toMap));
  }

  static void putPair(Map<String, String> map, String pair) {
    int equals = pair.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException("\"" + pair + "\" is not of the form key=value");
    }
    map.put(pair.substring(0, equals), pair.substring(equals + 1));
  }

  static String string(JsonNode node) {
    require(node.isString(), node, "a string");
    return node.asString();
  }

  static void require(boolean condition, JsonNode node, String expected) {
    if (!condition) {
      throw new IllegalArgumentException(
          "expected " + expected + ", found " + node.getNodeType().name().toLowerCase(Locale.ROOT));
    }
  }

  private static boolean parseBoolean(String text) {
    return Bools.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("expected true or false"));
  }

  private static int parseInteger(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected an integer", e);
    }
  }
}
