package io.gantry.units;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Numbers of bytes as docker/go-units reads and writes them. */
public final class Sizes {

  private static final String PREFIXES = "kmgtp";
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?");
  private static final List<String> DECIMAL = List.of("B", "kB", "MB", "GB", "TB", "PB", "EB");
  private static final List<String> BINARY = List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB");

  private Sizes() {}

  /**
   * Reads {@code 64m}, {@code 1.5 GiB}, {@code 4096}; units are powers of 1024 ({@code
   * units.RAMInBytes}).
   *
   * @throws IllegalArgumentException in Docker's words
   */
  public static long parse(String text) {
    int end = text.length();
    while (end > 0 && "0123456789. ".indexOf(text.charAt(end - 1)) < 0) {
      end--;
    }
    if (end == 0) {
      throw new IllegalArgumentException("invalid size: '" + text + "'");
    }
    String number = text.substring(0, text.charAt(end - 1) == ' ' ? end - 1 : end);
    if (!NUMBER.matcher(number).matches()) {
      throw new IllegalArgumentException(
          "strconv.ParseFloat: parsing \"" + number + "\": invalid syntax");
    }
    double size = Double.parseDouble(number);
    if (size < 0) {
      throw new IllegalArgumentException("invalid size: '" + text + "'");
    }
    double bytes = size * factor(text.substring(end));
    if (bytes > Long.MAX_VALUE / 2.0) {
      throw new IllegalArgumentException("size is too large: '" + text + "'");
    }
    return (long) bytes;
  }

  private static long factor(String suffix) {
    String unit = suffix.length() > 3 ? suffix : suffix.toLowerCase(Locale.ROOT);
    if (unit.isEmpty() || unit.equals("b")) {
      return 1;
    }
    int power = PREFIXES.indexOf(unit.charAt(0)) + 1;
    String rest = unit.substring(1);
    if (power == 0 || !(rest.isEmpty() || rest.equals("b") || rest.equals("ib"))) {
      throw new IllegalArgumentException("invalid suffix: '" + unit + "'");
    }
    return 1L << (10 * power);
  }

  /** Three digits, units of a thousand: {@code 1.98MB}. */
  public static String decimal(long bytes) {
    return decimal(bytes, 3);
  }

  /** So many digits, units of a thousand. */
  public static String decimal(long bytes, int digits) {
    return text(bytes, 1000, DECIMAL, digits);
  }

  /** Four digits, units of 1024: {@code 23.54GiB}. */
  public static String binary(long bytes) {
    return text(bytes, 1024, BINARY, 4);
  }

  private static String text(long bytes, int step, List<String> units, int digits) {
    double value = bytes;
    int unit = 0;
    while (value >= step && unit < units.size() - 1) {
      value /= step;
      unit++;
    }
    BigDecimal rounded =
        new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
    return (rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString())
        + units.get(unit);
  }
}
