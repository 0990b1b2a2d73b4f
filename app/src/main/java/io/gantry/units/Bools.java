package io.gantry.units;

import java.util.Optional;

/** Truth values as Go reads them ({@code strconv.ParseBool}). */
public final class Bools {

  private Bools() {}

  /** The value; empty when it is none. */
  public static Optional<Boolean> parse(String text) {
    return switch (text) {
      case "1", "t", "T", "true", "TRUE", "True" -> Optional.of(true);
      case "0", "f", "F", "false", "FALSE", "False" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  /** What Go says when it is none. */
  public static String error(String text) {
    return "strconv.ParseBool: parsing \"" + text + "\": invalid syntax";
  }
}
