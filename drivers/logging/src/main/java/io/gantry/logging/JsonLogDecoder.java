package io.gantry.logging;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.gantry.plugins.log.LogRecord;
import io.gantry.plugins.log.LogStream;
import io.gantry.plugins.log.LogTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines of a json-file log, of Docker's or {@link JsonLogEncoder}'s making. Decodes in place:
 * the line in the buffer is changed.
 */
final class JsonLogDecoder implements LineDecoder {

  private static final byte[] START = "{\"log\":\"".getBytes(US_ASCII);
  private static final byte[] STDOUT = "\",\"stream\":\"stdout\",".getBytes(US_ASCII);
  private static final byte[] STDERR = "\",\"stream\":\"stderr\",".getBytes(US_ASCII);
  private static final byte[] ATTRIBUTES = "\"attrs\":{".getBytes(US_ASCII);
  private static final byte[] TIME = "\"time\":\"".getBytes(US_ASCII);
  private static final int MIN_TIME = 20;

  private final LogTime format = new LogTime();
  private byte[] lastAttributes = new byte[0];
  private Map<String, String> lastParsed = Map.of();

  @Override
  public @Nullable LogRecord decode(byte[] line, int from, int to) {
    if (!Bytes.startsWith(line, from, to, START)) {
      return null;
    }
    int text = from + START.length;
    int end = endOfString(line, text, to);
    boolean stdout = Bytes.startsWith(line, end, to, STDOUT);
    if (!stdout && !Bytes.startsWith(line, end, to, STDERR)) {
      return null;
    }
    int at = end + STDOUT.length;
    Map<String, String> attributes = Map.of();
    if (Bytes.startsWith(line, at, to, ATTRIBUTES)) {
      int start = at + ATTRIBUTES.length - 1;
      at = endOfObject(line, start, to);
      if (at >= to) {
        return null;
      }
      attributes = attributes(line, start, at);
      at++;
    }
    long time = time(line, at, to);
    if (time == LogTime.INVALID) {
      return null;
    }
    // Nearly every line has but one escape, the newline at its end.
    boolean plain =
        end - text >= 2
            && line[end - 2] == '\\'
            && line[end - 1] == 'n'
            && Bytes.indexOf(line, text, end - 2, '\\') == end - 2;
    int length = plain ? end - 2 - text : JsonText.unescape(line, text, end) - text;
    if (length < 0) {
      return null;
    }
    boolean whole = plain;
    if (!plain && length > 0 && line[text + length - 1] == '\n') {
      whole = true;
      length--;
    }
    return new LogRecord(
        stdout ? LogStream.STDOUT : LogStream.STDERR, time, line, text, length, !whole, attributes);
  }

  @Override
  public long time(byte[] line, int from, int to) {
    int end = to - 2;
    int quote = end - 1;
    while (quote > end - LogTime.MAX_BYTES - 1 && quote > from && line[quote] != '"') {
      quote--;
    }
    int start = quote + 1;
    boolean sane =
        end - start >= MIN_TIME
            && line[end] == '"'
            && line[end + 1] == '}'
            && start - TIME.length >= from
            && Bytes.startsWith(line, start - TIME.length, to, TIME);
    return sane ? format.parse(line, start, end) : LogTime.INVALID;
  }

  /** The text ends before {@code ","stream":}, with a newline if the line does. */
  @Override
  public boolean partial(byte[] line, int from, int to) {
    int end = endOfString(line, from + START.length, to);
    int backslashes = end - 2;
    while (backslashes > from && line[backslashes] == '\\') {
      backslashes--;
    }
    return line[end - 1] != 'n' || (end - 2 - backslashes) % 2 == 0;
  }

  @Override
  public LogStream stream(byte[] line, int from, int to) {
    return Bytes.startsWith(line, endOfString(line, from + START.length, to), to, STDERR)
        ? LogStream.STDERR
        : LogStream.STDOUT;
  }

  /** The closing quote of the string that begins at {@code from}, or {@code to}. */
  private static int endOfString(byte[] line, int from, int to) {
    int at = Bytes.indexOf(line, Math.min(from, to), to, '"', '\\');
    while (at < to && line[at] == '\\') {
      at = Bytes.indexOf(line, Math.min(at + 2, to), to, '"', '\\');
    }
    return at;
  }

  /** After the brace that closes the object of strings at {@code from}, or {@code to}. */
  private static int endOfObject(byte[] line, int from, int to) {
    int at = from + 1;
    while (at < to && line[at] != '}') {
      at = line[at] == '"' ? endOfString(line, at + 1, to) + 1 : at + 1;
    }
    return Math.min(at + 1, to);
  }

  private Map<String, String> attributes(byte[] line, int from, int to) {
    if (!Arrays.equals(line, from, to, lastAttributes, 0, lastAttributes.length)) {
      lastAttributes = Arrays.copyOfRange(line, from, to);
      lastParsed = parse(lastAttributes);
    }
    return lastParsed;
  }

  private static Map<String, String> parse(byte[] object) {
    Map<String, String> members = new LinkedHashMap<>();
    byte[] text = object.clone();
    int at = 1;
    while (at < text.length && text[at] == '"') {
      int keyEnd = endOfString(text, at + 1, text.length);
      int valueStart = keyEnd + 3;
      if (valueStart > text.length) {
        return members;
      }
      int valueEnd = endOfString(text, valueStart, text.length);
      members.put(string(text, at + 1, keyEnd), string(text, valueStart, valueEnd));
      at = valueEnd + 2;
    }
    return members;
  }

  private static String string(byte[] text, int from, int to) {
    int end = JsonText.unescape(text, from, to);
    return end < 0 ? "" : new String(text, from, end - from, UTF_8);
  }
}
