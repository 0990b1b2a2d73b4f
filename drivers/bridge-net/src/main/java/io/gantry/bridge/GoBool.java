package io.gantry.bridge;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;

/** Truth values as Docker reads them ({@code strconv.ParseBool}). */
final class GoBool {

  private GoBool() {}

  static boolean parse(String name, String value) {
    return switch (value) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default ->
          throw new DriverException(
              Kind.INVALID,
              "failed to parse %s value: %s (strconv.ParseBool: parsing \"%s\": invalid syntax)"
                  .formatted(name, value, value));
    };
  }
}
