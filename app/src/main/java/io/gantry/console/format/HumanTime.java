package io.gantry.console.format;

import io.gantry.units.Durations;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Times for people, as docker writes and reads them. */
public final class HumanTime {

  private static final DateTimeFormatter CREATED_AT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss Z z", Locale.ROOT);
  private static final Pattern EPOCH = Pattern.compile("\\d+(\\.\\d{1,9})?");

  private HumanTime() {}

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
    Optional<Duration> ago = Durations.parse(text);
    if (ago.isPresent()) {
      return epoch(now.minus(ago.get()));
    }
    try {
      return epoch(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      return text;
    }
  }

  private static String epoch(Instant moment) {
    return String.format(Locale.ROOT, "%d.%09d", moment.getEpochSecond(), moment.getNano());
  }
}
