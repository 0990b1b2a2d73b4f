package io.gantry.image;

import io.gantry.error.EngineException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads filters as Docker does: unknown ones are refused, values of one filter are alternatives
 * unless they are labels.
 */
record ImageFilters(Map<String, List<String>> values) {

  static ImageFilters of(Map<String, List<String>> values, Set<String> known) {
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        throw EngineException.invalid("invalid filter '" + name + "'");
      }
    }
    return new ImageFilters(values);
  }

  boolean has(String name) {
    return !get(name).isEmpty();
  }

  List<String> get(String name) {
    return values.getOrDefault(name, List.of());
  }

  /** A filter that is true or false; empty when it was not given. */
  Optional<Boolean> flag(String name) {
    List<String> given = get(name);
    if (given.isEmpty()) {
      return Optional.empty();
    }
    boolean yes = given.stream().anyMatch(value -> isTrue(name, value));
    boolean no = given.stream().anyMatch(value -> !isTrue(name, value));
    if (yes && no) {
      throw invalid(name, given.getFirst());
    }
    return Optional.of(yes);
  }

  private static boolean isTrue(String name, String value) {
    return switch (value) {
      case "1", "true" -> true;
      case "0", "false" -> false;
      default -> throw invalid(name, value);
    };
  }

  private static EngineException invalid(String name, String value) {
    return EngineException.invalid("invalid filter '" + name + "=[" + value + "]'");
  }

  /** Whether all labels asked for are there and none of those not wanted. */
  boolean labelsMatch(Map<String, String> labels) {
    return get("label").stream().allMatch(wanted -> hasLabel(labels, wanted))
        && get("label!").stream().noneMatch(unwanted -> hasLabel(labels, unwanted));
  }

  private static boolean hasLabel(Map<String, String> labels, String wanted) {
    int equals = wanted.indexOf('=');
    return equals < 0
        ? labels.containsKey(wanted)
        : wanted.substring(equals + 1).equals(labels.get(wanted.substring(0, equals)));
  }
}
