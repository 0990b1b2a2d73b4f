package io.gantry.logging;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.gantry.plugins.log.LogRecord;
import io.gantry.plugins.log.LogStream;
import io.gantry.plugins.log.LogTime;
import java.util.SortedMap;

/**
 * Writes records as lines of a json-file log: {@code
 * {"log":"…\n","stream":"stdout","attrs":{…},"time":"…"}}. For one thread at a time.
 */
final class JsonLogEncoder implements LineEncoder {

  private static final byte[] START = "{\"log\":\"".getBytes(US_ASCII);
  private static final byte[] NEWLINE = "\\n".getBytes(US_ASCII);
  private static final byte[] STDOUT = "\",\"stream\":\"stdout\"".getBytes(US_ASCII);
  private static final byte[] STDERR = "\",\"stream\":\"stderr\"".getBytes(US_ASCII);
  private static final byte[] ATTRIBUTES = ",\"attrs\":".getBytes(US_ASCII);
  private static final byte[] TIME = ",\"time\":\"".getBytes(US_ASCII);
  private static final byte[] END = "\"}\n".getBytes(US_ASCII);
  private static final int FIXED_PARTS = 128;

  private final LogTime format = new LogTime();
  private final byte[] attributes;
  private final byte[] time = new byte[LogTime.MAX_BYTES];
  private int timeLength;
  private long timeValue = Long.MIN_VALUE;

  JsonLogEncoder(SortedMap<String, String> attributes) {
    this.attributes = attributes.isEmpty() ? new byte[0] : JsonText.object(attributes);
  }

  @Override
  public int maxLength(LogRecord entry) {
    return entry.length() * JsonText.MAX_FACTOR + attributes.length + FIXED_PARTS;
  }

  @Override
  public int encode(LogRecord entry, byte[] out, int offset) {
    int at = put(START, out, offset);
    at = JsonText.escape(entry.buffer(), entry.offset(), entry.length(), out, at);
    if (!entry.partial()) {
      at = put(NEWLINE, out, at);
    }
    at = put(entry.stream() == LogStream.STDOUT ? STDOUT : STDERR, out, at);
    if (attributes.length > 0) {
      at = put(ATTRIBUTES, out, at);
      at = put(attributes, out, at);
    }
    at = put(TIME, out, at);
    if (entry.time() != timeValue) {
      timeLength = format.writeTrimmed(entry.time(), time, 0);
      timeValue = entry.time();
    }
    System.arraycopy(time, 0, out, at, timeLength);
    return put(END, out, at + timeLength);
  }

  private static int put(byte[] text, byte[] out, int offset) {
    System.arraycopy(text, 0, out, offset, text.length);
    return offset + text.length;
  }
}
