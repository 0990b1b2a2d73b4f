package io.gantry.console.format;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times for people, as docker writes and reads them. */
public final class HumanTime {

  private static final DateTimeFormatter CREATED_AT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss Z z", Locale.ROOT);
  private static final Pattern DURATION =
      Pattern.compile("(?:\\d+(?:\\.\\d+)?(?:ns|us|µs|ms|s|m|h))+");
  private static final Pattern DURATION_PART =
      Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");
  private static final Pattern EPOCH = Pattern.compile("\\d+(\\.\\d{1,9})?");
  private static final int TWO = 2;

  private HumanTime() {}

  /** How long ago something was: {@code 3 minutes}. */
  public static String span(Duration duration) {
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
    } else if (hours < 24 * TWO) {
      return hours + " hours";
    } else if (hours < 24 * 7 * TWO) {
      return hours / 24 + " days";
    } else if (hours < 24 * 30 * TWO) {
      return hours / 24 / 7 + " weeks";
    } else if (hours < 24 * 365 * TWO) {
      return hours / 24 / 30 + " months";
    }
    return duration.toDays() / 365 + " years";
  }

  /** A moment in the time zone of the host: {@code 2026-11-23 21:14:50 +0000 UTC}. */
  public static String local(long epochSeconds) {
    return CREATED_AT.format(Instant.ofEpochSecond(epochSeconds).atZone(ZoneId.systemDefault()));
  }

  /**
   * What a user calls a moment, as the API wants it.
   *
   * @param text seconds since 1970, RFC 3339, or how long ago ({@code 1h30m})
   * @return seconds since 1970, maybe with a fraction; what cannot be read is left to the daemon
   */
  public static String timestamp(String text, Instant now) {
    if (EPOCH.matcher(text).matches()) {
      return text;
    }
    if (DURATION.matcher(text).matches()) {
      return epoch(now.minus(duration(text)));
    }
    try {
      return epoch(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      return text;
    }
  }

  private static Duration duration(String text) {
    double nanos = 0;
    Matcher part = DURATION_PART.matcher(text);
    while (part.find()) {
      double unit =
          switch (part.group(2)) {
            case "ns" -> 1;
            case "us", "µs" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 60e9;
            default -> 3600e9;
          };
      nanos += Double.parseDouble(part.group(1)) * unit;
    }
    return Duration.ofNanos((long) nanos);
  }

  private static String epoch(Instant moment) {
    return String.format(Locale.ROOT, "%d.%09d", moment.getEpochSecond(), moment.getNano());
  }
}
