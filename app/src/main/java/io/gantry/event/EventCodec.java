package io.gantry.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * An event as a line of the history: JSON with the time first, so that a line's time is known
 * without parsing it.
 */
final class EventCodec {

  private static final byte[] START = "{\"time\":".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_DIGITS = 18;
  private static final ObjectMapper json = JsonMapper.builder().build();

  /** The shape on disk; the order of the components is that of the fields. */
  private record Line(
      long time,
      String type,
      String action,
      String id,
      Map<String, String> attributes,
      String scope) {}

  private EventCodec() {}

  /** With the newline. */
  static byte[] encode(Event event) {
    byte[] text =
        json.writeValueAsBytes(
            new Line(
                event.time(),
                event.type(),
                event.action(),
                event.actorId(),
                event.attributes(),
                event.scope()));
    byte[] line = Arrays.copyOf(text, text.length + 1);
    line[text.length] = '\n';
    return line;
  }

  /** Empty for a line that was cut off by a power failure. */
  static Optional<Event> decode(byte[] line) {
    try {
      Line read = json.readValue(line, Line.class);
      return Optional.of(
          new Event(
              read.type(), read.action(), read.id(), read.attributes(), read.time(), read.scope()));
    } catch (JacksonException | NullPointerException e) {
      return Optional.empty();
    }
  }

  /** The time of a line. */
  static OptionalLong time(byte[] line) {
    if (line.length < START.length
        || !Arrays.equals(line, 0, START.length, START, 0, START.length)) {
      return OptionalLong.empty();
    }
    long time = 0;
    int i = START.length;
    while (i < line.length && line[i] >= '0' && line[i] <= '9') {
      if (i - START.length > MAX_DIGITS) {
        return OptionalLong.empty();
      }
      time = time * 10 + (line[i++] - '0');
    }
    return i < line.length && line[i] == ',' ? OptionalLong.of(time) : OptionalLong.empty();
  }
}
