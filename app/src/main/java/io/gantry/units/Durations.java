package io.gantry.units;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spans of time in Go's spelling, and as Docker tells them to people. */
public final class Durations {

  private static final Pattern PART =
      Pattern.compile("\\G(\\d+(?:\\.\\d*)?|\\.\\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)");
  private static final BigDecimal LONGEST = BigDecimal.valueOf(Long.MAX_VALUE);

  private Durations() {}

  /** Reads {@code 1h30m}, {@code -1.5s}, {@code 0} (Go's {@code time.ParseDuration}). */
  public static Optional<Duration> parse(String text) {
    boolean signed = text.startsWith("-") || text.startsWith("+");
    String unsigned = signed ? text.substring(1) : text;
    if (unsigned.equals("0")) {
      return Optional.of(Duration.ZERO);
    }
    BigDecimal nanos = BigDecimal.ZERO;
    int end = 0;
    Matcher part = PART.matcher(unsigned);
    while (part.find()) {
      nanos = nanos.add(new BigDecimal(part.group(1)).multiply(nanos(part.group(2))));
      end = part.end();
    }
    if (end == 0 || end < unsigned.length() || nanos.compareTo(LONGEST) > 0) {
      return Optional.empty();
    }
    Duration duration = Duration.ofNanos(nanos.longValue());
    return Optional.of(text.startsWith("-") ? duration.negated() : duration);
  }

  private static BigDecimal nanos(String unit) {
    return BigDecimal.valueOf(
        switch (unit) {
          case "ns" -> 1L;
          case "us", "\u00b5s", "\u03bcs" -> 1_000L;
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "m" -> 60_000_000_000L;
          default -> 3_600_000_000_000L;
        });
  }

  /** How long something took: {@code 3 minutes} (docker/go-units {@code HumanDuration}). */
  public static String human(Duration duration) {
    long seconds = duration.toSeconds();
    long minutes = duration.toMinutes();
    long hours = Math.round(seconds / 3600.0);
    if (seconds < 1) {
      return "Less than a second";
    } else if (seconds == 1) {
      return "1 second";
    } else if (seconds < 60) {
      return seconds + " seconds";
    } else if (minutes == 1) {
      return "About a minute";
    } else if (minutes < 60) {
      return minutes + " minutes";
    } else if (hours == 1) {
      return "About an hour";
    } else if (hours < 2 * 24) {
      return hours + " hours";
    } else if (hours < 2 * 7 * 24) {
      return hours / 24 + " days";
    } else if (hours < 2 * 30 * 24) {
      return hours / 24 / 7 + " weeks";
    } else if (hours < 2 * 365 * 24) {
      return hours / 24 / 30 + " months";
    }
    return duration.toDays() / 365 + " years";
  }
}
