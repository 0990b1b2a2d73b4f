package io.gantry.overlay2;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The driver's options ({@code --storage-opt overlay2.<name>=<value>}).
 *
 * @param overrideKernelCheck try kernels that are said to be too old
 * @param size how large the files of one container may become; empty: as large as the disk
 */
record Overlay2Options(boolean overrideKernelCheck, OptionalLong size) {

  private static final Pattern SIZE =
      Pattern.compile("(\\d+(?:\\.\\d+)?) ?([kmgtp]?)(?:i?b)?", Pattern.CASE_INSENSITIVE);

  static Overlay2Options parse(Map<String, String> options) {
    boolean override = false;
    OptionalLong size = OptionalLong.empty();
    for (Map.Entry<String, String> option : options.entrySet()) {
      switch (option.getKey().toLowerCase(Locale.ROOT)) {
        case "override_kernel_check" -> override = bool(option.getKey(), option.getValue());
        case "size" -> size = OptionalLong.of(bytes(option.getValue()));
        default ->
            throw new DriverException(Kind.INVALID, "overlay2: unknown option " + option.getKey());
      }
    }
    return new Overlay2Options(override, size);
  }

  /**
   * The options of one snapshot: only {@code size}. Wrong ones are reported as Docker does: 500.
   */
  static OptionalLong snapshotSize(Map<String, String> options) {
    OptionalLong size = OptionalLong.empty();
    for (Map.Entry<String, String> option : options.entrySet()) {
      if (!option.getKey().equalsIgnoreCase("size")) {
        throw new DriverException(Kind.SYSTEM, "Unknown option " + option.getKey());
      }
      try {
        size = OptionalLong.of(bytes(option.getValue()));
      } catch (DriverException e) {
        throw new DriverException(Kind.SYSTEM, String.valueOf(e.getMessage()), e);
      }
    }
    return size;
  }

  private static boolean bool(String name, String value) {
    return switch (value) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default ->
          throw new DriverException(
              Kind.INVALID, "overlay2: " + name + ": \"" + value + "\" is neither true nor false");
    };
  }

  /** As Docker's {@code RAMInBytes}: {@code 10G}, {@code 1.5gb}, {@code 1024}; powers of 1024. */
  static long bytes(String text) {
    Matcher matcher = SIZE.matcher(text.strip());
    if (!matcher.matches()) {
      throw new DriverException(Kind.INVALID, "invalid size: '" + text + "'");
    }
    int power = " kmgtp".indexOf(matcher.group(2).toLowerCase(Locale.ROOT).concat(" ").charAt(0));
    double bytes = Double.parseDouble(matcher.group(1)) * Math.pow(1024, power);
    if (bytes >= Long.MAX_VALUE) {
      throw new DriverException(Kind.INVALID, "invalid size: '" + text + "'");
    }
    return (long) bytes;
  }
}
