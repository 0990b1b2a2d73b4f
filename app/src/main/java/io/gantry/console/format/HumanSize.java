package io.gantry.console.format;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/** Numbers of bytes for people, as docker writes them. */
public final class HumanSize {

  private static final List<String> DECIMAL = List.of("B", "kB", "MB", "GB", "TB", "PB", "EB");
  private static final List<String> BINARY = List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB");

  private HumanSize() {}

  /** Three digits, units of a thousand: {@code 1.98MB}. */
  public static String decimal(long bytes) {
    return text(bytes, 1000, DECIMAL, 3);
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
