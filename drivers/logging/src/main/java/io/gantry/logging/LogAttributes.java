package io.gantry.logging;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.log.LogContext;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What is stored beside each line: labels and variables the options select, and the tag (moby
 * {@code daemon/logger/loginfo.go}).
 */
final class LogAttributes {

  private LogAttributes() {}

  static SortedMap<String, String> of(LogContext context) {
    Map<String, String> options = context.options();
    SortedMap<String, String> attributes = new TreeMap<>();
    select(options, "labels", context.labels(), attributes);
    Map<String, String> environment = new TreeMap<>();
    for (String variable : context.environment()) {
      int equals = variable.indexOf('=');
      if (equals >= 0) {
        environment.put(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    select(options, "env", environment, attributes);
    String tag = LogTag.expand(options.getOrDefault("tag", ""), context);
    if (!tag.isEmpty()) {
      attributes.put("tag", tag);
    }
    return attributes;
  }

  private static void select(
      Map<String, String> options,
      String option,
      Map<String, String> from,
      Map<String, String> into) {
    for (String name : options.getOrDefault(option, "").split(",")) {
      Optional.ofNullable(from.get(name)).ifPresent(value -> into.put(name, value));
    }
    String regex = options.getOrDefault(option + "-regex", "");
    if (!regex.isEmpty()) {
      Pattern pattern = compile(regex);
      from.forEach(
          (name, value) -> {
            if (pattern.matcher(name).find()) {
              into.put(name, value);
            }
          });
    }
  }

  private static Pattern compile(String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new DriverException(
          DriverException.Kind.INVALID,
          "error parsing regexp: " + e.getDescription() + ": `" + regex + "`",
          e);
    }
  }
}
