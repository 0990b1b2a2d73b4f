package io.gantry.logging;

import io.gantry.plugins.DriverException;
import java.util.Locale;

/**
 * Sizes like {@code 10m}, in powers of 1000 as Docker reads them here (docker/go-units {@code
 * FromHumanSize}, its texts included).
 */
final class HumanSize {

  private static final String UNITS = "kmgtp";

  private HumanSize() {}

  static long parse(String text) {
    int end = text.length();
    while (end > 0 && "0123456789. ".indexOf(text.charAt(end - 1)) < 0) {
      end--;
    }
    if (end == 0) {
      throw invalid("invalid size: '" + text + "'");
    }
    String number = text.substring(0, text.charAt(end - 1) == ' ' ? end - 1 : end);
    double size;
    try {
      size = Double.parseDouble(number);
    } catch (NumberFormatException e) {
      throw invalid("strconv.ParseFloat: parsing \"" + number + "\": invalid syntax");
    }
    if (size < 0) {
      throw invalid("invalid size: '" + text + "'");
    }
    return (long) (size * factor(text.substring(end)));
  }

  private static double factor(String suffix) {
    String unit = suffix.toLowerCase(Locale.ROOT);
    if (unit.isEmpty() || unit.equals("b")) {
      return 1;
    }
    int power = UNITS.indexOf(unit.charAt(0)) + 1;
    String rest = unit.substring(1);
    if (power == 0 || !(rest.isEmpty() || rest.equals("b") || rest.equals("ib"))) {
      throw invalid("invalid suffix: '" + unit + "'");
    }
    return Math.pow(1000, power);
  }

  private static DriverException invalid(String message) {
    return new DriverException(DriverException.Kind.INVALID, message);
  }
}
