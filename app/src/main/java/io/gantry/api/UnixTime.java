package io.gantry.api;

import io.gantry.error.EngineException;
import java.util.OptionalLong;

/** Points in time as clients send them: seconds since 1970, with up to nine digits after a dot. */
final class UnixTime {

  private static final long NANOS = 1_000_000_000L;
  private static final int DIGITS = 9;

  private UnixTime() {}

  /**
   * Nanoseconds since 1970; empty for the empty text and for 0.
   *
   * @throws EngineException (500, as dockerd's) when it is no number
   */
  static OptionalLong nanos(String text) {
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    int dot = text.indexOf('.');
    long seconds = number(dot < 0 ? text : text.substring(0, dot));
    long nanos = 0;
    if (dot >= 0 && dot + 1 < text.length()) {
      String digits = text.substring(dot + 1);
      number(digits.length() > DIGITS ? digits.substring(0, DIGITS) : digits);
      nanos = number((digits + "0".repeat(DIGITS)).substring(0, DIGITS));
    }
    if (seconds == 0 && nanos == 0) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Math.addExact(Math.multiplyExact(seconds, NANOS), nanos));
    } catch (ArithmeticException e) {
      return OptionalLong.of(seconds < 0 ? Long.MIN_VALUE : Long.MAX_VALUE);
    }
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      String why = text.matches("[+-]?[0-9]+") ? "value out of range" : "invalid syntax";
      throw EngineException.system("strconv.ParseInt: parsing \"" + text + "\": " + why, e);
    }
  }
}
