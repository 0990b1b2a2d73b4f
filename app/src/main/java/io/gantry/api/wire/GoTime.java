package io.gantry.api.wire;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ser.std.StdSerializer;

/** Times as Go prints them: RFC 3339 in UTC, with as many digits of the second as it has. */
public final class GoTime {

  /** Go's zero time: never. */
  public static final String ZERO = "0001-01-01T00:00:00Z";

  private static final DateTimeFormatter FORMAT =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendLiteral('Z')
          .toFormatter()
          .withZone(ZoneOffset.UTC);

  private GoTime() {}

  /** The time, or Go's zero time for null. */
  public static String text(@Nullable Instant time) {
    return time == null ? ZERO : FORMAT.format(time);
  }

  static final class Serializer extends StdSerializer<Instant> {

    Serializer() {
      super(Instant.class);
    }

    @Override
    public void serialize(Instant value, JsonGenerator generator, SerializationContext context) {
      generator.writeString(text(value));
    }
  }
}
