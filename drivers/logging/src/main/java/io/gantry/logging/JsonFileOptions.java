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
record JsonFileOptions(long maxSize, int maxFiles, boolean compress) {

  private static final Set<String> KNOWN =
      Set.of(
          "max-file", "max-size", "compress", "labels", "labels-regex", "env", "env-regex", "tag");

  /** Checks the names only: Docker checks the values when the container starts. */
  static void validate(Map<String, String> options) {
    for (String option : options.keySet()) {
      if (!KNOWN.contains(option)) {
        throw invalid("unknown log opt '" + option + "' for json-file log driver");
      }
    }
  }

  static JsonFileOptions parse(Map<String, String> options) {
    validate(options);
    long maxSize = Long.MAX_VALUE;
    if (options.containsKey("max-size")) {
      maxSize = HumanSize.parse(options.getOrDefault("max-size", ""));
      if (maxSize <= 0) {
        throw invalid("max-size must be a positive number");
      }
    }
    int maxFiles = parseInt(options.getOrDefault("max-file", "1"));
    if (maxFiles < 1) {
      throw invalid("max-file cannot be less than 1");
    }
    boolean compress = parseBoolean(options.getOrDefault("compress", "false"));
    if (compress && (maxFiles < 2 || maxSize == Long.MAX_VALUE)) {
      throw invalid("compress cannot be true when max-file is less than 2 or max-size is not set");
    }
    return new JsonFileOptions(maxSize, maxFiles, compress);
  }

  private static int parseInt(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw invalid("strconv.Atoi: parsing \"" + text + "\": invalid syntax");
    }
  }

  private static boolean parseBoolean(String text) {
    return switch (text) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default -> throw invalid("strconv.ParseBool: parsing \"" + text + "\": invalid syntax");
    };
  }

  private static DriverException invalid(String message) {
    return new DriverException(DriverException.Kind.INVALID, message);
  }
}
