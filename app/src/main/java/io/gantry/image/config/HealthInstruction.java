package io.gantry.image.config;

import io.gantry.error.EngineException;
import io.gantry.units.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The instruction {@code HEALTHCHECK} of a Dockerfile, with openEuler's flag {@code
 * --exit-on-unhealthy}, which its guide also writes {@code --health-exit-on-unhealthy}. For one use
 * by one thread.
 */
final class HealthInstruction {

  private static final Set<String> VALUES =
      Set.of("interval", "timeout", "start-period", "start-interval", "retries");
  private static final String EXIT = "exit-on-unhealthy";
  private static final String HEALTH_EXIT = "health-" + EXIT;
  private static final long SHORTEST = 1_000_000;

  private final Map<String, String> flags = new HashMap<>();

  private HealthInstruction() {}

  /**
   * Reads what follows the instruction's name.
   *
   * @throws EngineException INVALID with the builder's words
   */
  static RunConfig.HealthProbe read(String rest) {
    HealthInstruction instruction = new HealthInstruction();
    List<String> test = test(instruction.takeFlags(rest));
    return new RunConfig.HealthProbe(
        test,
        instruction.nanos("interval"),
        instruction.nanos("timeout"),
        instruction.nanos("start-period"),
        instruction.nanos("start-interval"),
        instruction.retries(),
        instruction.isSet(EXIT) || instruction.isSet(HEALTH_EXIT));
  }

  /** Returns what follows the flags. */
  private String takeFlags(String rest) {
    String left = rest;
    while (left.startsWith("--")) {
      int end = endOfFlag(left);
      String flag = left.substring(0, end).replaceAll("[\"']", "");
      left = left.substring(end).strip();
      if (flag.equals("--")) {
        break;
      }
      take(flag.substring(2));
    }
    if (left.isEmpty()) {
      throw EngineException.invalid("HEALTHCHECK requires at least one argument");
    }
    return left;
  }

  /** The first white space outside of quotes. */
  private static int endOfFlag(String text) {
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote == 0 && Character.isWhitespace(c)) {
        return i;
      }
      if (c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      }
    }
    return text.length();
  }

  private void take(String flag) {
    int equals = flag.indexOf('=');
    String name = equals < 0 ? flag : flag.substring(0, equals);
    String value = equals < 0 ? "" : flag.substring(equals + 1);
    boolean isExit = name.equals(EXIT) || name.equals(HEALTH_EXIT);
    if (!isExit && !VALUES.contains(name)) {
      throw EngineException.invalid("unknown flag: --" + name);
    }
    if (isExit ? equals >= 0 && value.isEmpty() : equals < 0) {
      throw EngineException.invalid("missing a value on flag: --" + name);
    }
    if (flags.putIfAbsent(name, value) != null) {
      throw EngineException.invalid("duplicate flag specified: --" + name);
    }
  }

  private boolean isSet(String name) {
    String value = flags.get(name);
    if (value == null) {
      return false;
    }
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "true", "" -> true;
      case "false" -> false;
      default ->
          throw EngineException.invalid(
              "expecting boolean value for flag --" + name + ", not: " + value);
    };
  }

  private long nanos(String name) {
    String value = flags.getOrDefault(name, "");
    if (value.isEmpty()) {
      return 0;
    }
    Duration duration =
        Durations.parse(value)
            .orElseThrow(() -> EngineException.invalid("time: invalid duration \"" + value + "\""));
    if (duration.isNegative() || !duration.isZero() && duration.toNanos() < SHORTEST) {
      throw EngineException.invalid("Interval \"" + name + "\" cannot be less than 1ms");
    }
    return duration.toNanos();
  }

  private int retries() {
    String value = flags.getOrDefault("retries", "");
    if (value.isEmpty()) {
      return 0;
    }
    try {
      int retries = Integer.parseInt(value);
      if (retries >= 0) {
        return retries;
      }
    } catch (NumberFormatException e) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "strconv.ParseInt: parsing \"" + value + "\": invalid syntax",
          e);
    }
    throw EngineException.invalid("--retries must be at least 1 (not " + value + ")");
  }

  private static List<String> test(String text) {
    int space = ConfigChanges.firstSpace(text);
    String type = (space < 0 ? text : text.substring(0, space)).toUpperCase(Locale.ROOT);
    String command = space < 0 ? "" : text.substring(space).strip();
    switch (type) {
      case "NONE" -> {
        if (!command.isEmpty()) {
          throw EngineException.invalid("HEALTHCHECK NONE takes no arguments");
        }
        return List.of("NONE");
      }
      case "CMD" -> {
        if (command.isEmpty()) {
          throw EngineException.invalid("Missing command after HEALTHCHECK CMD");
        }
        Optional<List<String>> exec = ConfigChanges.jsonArray(command);
        List<String> test = new ArrayList<>();
        test.add(exec.isPresent() ? "CMD" : "CMD-SHELL");
        test.addAll(exec.orElse(List.of(command)));
        return test;
      }
      default ->
          throw EngineException.invalid("Unknown type \"" + type + "\" in HEALTHCHECK (try CMD)");
    }
  }
}
