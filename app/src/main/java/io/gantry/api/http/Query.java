package io.gantry.api.http;

import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The query of a request, read as dockerd reads it. Immutable. */
public final class Query {

  private static final Set<String> FALSE = Set.of("", "0", "no", "false", "none");

  private final Map<String, List<String>> values;

  private Query(Map<String, List<String>> values) {
    this.values = values;
  }

  /**
   * @param raw what follows the question mark; null when there is none
   * @throws EngineException invalid, with Go's message, when it is not well-formed
   */
  static Query parse(@Nullable String raw) {
    if (raw == null || raw.isEmpty()) {
      return new Query(Map.of());
    }
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (String pair : raw.split("&")) {
      if (pair.indexOf(';') >= 0) {
        throw EngineException.invalid("invalid semicolon separator in query");
      }
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        String name = Percent.decode(equals < 0 ? pair : pair.substring(0, equals), true);
        String value = equals < 0 ? "" : Percent.decode(pair.substring(equals + 1), true);
        values.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
      }
    }
    return new Query(values);
  }

  /** Whether the parameter was given, with or without a value. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** The first value, or the empty text. */
  public String text(String name) {
    return values.getOrDefault(name, List.of("")).getFirst();
  }

  /** The first value, unless it is absent or empty. */
  public Optional<String> given(String name) {
    return Optional.of(text(name)).filter(value -> !value.isEmpty());
  }

  /** All values, in order. */
  public List<String> all(String name) {
    return List.copyOf(values.getOrDefault(name, List.of()));
  }

  /** Anything but the empty text, 0, no, false and none is true. */
  public boolean flag(String name) {
    return !FALSE.contains(text(name).strip().toLowerCase(Locale.ROOT));
  }

  /** Like {@link #flag(String)}, with an answer for when it was not given at all. */
  public boolean flag(String name, boolean absent) {
    return has(name) ? flag(name) : absent;
  }

  /** The value as an int; empty when it is absent, and dockerd's (500) error when it is no int. */
  public OptionalInt number(String name) {
    Optional<String> value = given(name);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    long number = parse("Atoi", value.get());
    return OptionalInt.of(Math.clamp(number, Integer.MIN_VALUE, Integer.MAX_VALUE));
  }

  /**
   * The parameter {@code filters}: names, each with at least one value.
   *
   * @throws EngineException invalid, with dockerd's message, when it is not well-formed
   */
  public Filters filters() {
    return FiltersJson.parse(text("filters"));
  }

  private static long parse(String function, String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      boolean digits = value.matches("[+-]?[0-9]+");
      throw EngineException.system(
          "strconv."
              + function
              + ": parsing \""
              + value
              + "\": "
              + (digits ? "value out of range" : "invalid syntax"),
          e);
    }
  }
}
