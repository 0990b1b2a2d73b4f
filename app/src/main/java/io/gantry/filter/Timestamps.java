package io.gantry.filter;

import io.gantry.error.EngineException;
import io.gantry.units.Durations;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Times as Docker's filters take them: seconds since 1970 with a fraction, RFC 3339 whole or in
 * part, or a duration before now.
 */
public final class Timestamps {

  private static final Pattern SECONDS = Pattern.compile("-?[0-9]{1,18}(?:\\.[0-9]{1,9})?");

  private Timestamps() {}

  /**
   * The time, or the one that long before now.
   *
   * @throws EngineException INVALID when it is neither
   */
  public static Instant parse(String text, Instant now) {
    try {
      if (SECONDS.matcher(text).matches()) {
        BigDecimal seconds = new BigDecimal(text);
        long whole = seconds.longValue();
        return Instant.ofEpochSecond(
            whole, seconds.subtract(BigDecimal.valueOf(whole)).movePointRight(9).longValue());
      }
      Optional<Duration> ago = Durations.parse(text);
      if (ago.isPresent()) {
        return now.minus(ago.get());
      }
      if (!text.contains("T")) {
        return LocalDate.parse(text.replaceFirst("Z$", ""))
            .atStartOfDay(text.endsWith("Z") ? ZoneOffset.UTC : ZoneId.systemDefault())
            .toInstant();
      }
      String time = text.substring(text.indexOf('T'));
      boolean zoned = time.endsWith("Z") || time.indexOf('+') >= 0 || time.indexOf('-') >= 0;
      return zoned
          ? OffsetDateTime.parse(text).toInstant()
          : LocalDateTime.parse(time.length() == 3 ? text + ":00" : text)
              .atZone(ZoneId.systemDefault())
              .toInstant();
    } catch (DateTimeException | ArithmeticException e) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "failed to parse value as time or duration: \"" + text + "\"",
          e);
    }
  }
}
