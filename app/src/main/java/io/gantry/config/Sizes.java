package io.gantry.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes as Docker writes them: {@code 64m}, {@code 1.5GiB}, {@code 4096}; units are powers of 1024.
 */
final class Sizes {

  private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?) ?(?:([kmgtp])?(?:i?b)?)");

  private Sizes() {}

  static long parse(String text) {
    Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException("invalid size: '" + text + "'");
    }
    String unit = matcher.group(2);
    long factor = unit == null ? 1 : 1L << (10 * ("kmgtp".indexOf(unit) + 1));
    double bytes = Double.parseDouble(matcher.group(1)) * factor;
    if (bytes > Long.MAX_VALUE / 2.0) {
      throw new IllegalArgumentException("size is too large: '" + text + "'");
    }
    return (long) bytes;
  }
}
