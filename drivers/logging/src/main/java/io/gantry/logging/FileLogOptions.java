package io.gantry.logging;

import io.gantry.plugins.DriverException;
import java.util.Map;
import java.util.Set;

/**
 * How the files of a container are kept.
 *
 * @param maxSize bytes after which a new file begins; never reached when it is {@link
 *     Long#MAX_VALUE}
 * @param maxFiles how many files there are at most, the current one included
 * @param compress whether those before the current one are compressed
 */
record FileLogOptions(long maxSize, int maxFiles, boolean compress) {

  /** Refuses options that are not known, by name. */
  static void requireKnown(Map<String, String> options, Set<String> known, String driver) {
    for (String option : options.keySet()) {
      if (!known.contains(option)) {
        throw invalid("unknown log opt '" + option + "' for " + driver);
      }
    }
  }

  /** As Go's {@code strconv.Atoi}, its text included. */
  static int parseInt(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw invalid("strconv.Atoi: parsing \"" + text + "\": invalid syntax");
    }
  }

  /** As Go's {@code strconv.ParseBool}, its text included. */
  static boolean parseBoolean(String text) {
    return switch (text) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default -> throw invalid("strconv.ParseBool: parsing \"" + text + "\": invalid syntax");
    };
  }

  static DriverException invalid(String message) {
    return new DriverException(DriverException.Kind.INVALID, message);
  }
}
