package io.gantry.plugins.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * A line of output, or a piece of one that is longer than 16 KiB. Not a record: the bytes are a
 * slice of a buffer that is shared by many, which its owner uses again; who keeps a line
 * {@linkplain #bytes() copies} it.
 */
public final class LogRecord {

  /** The longest piece of a line, in bytes. */
  public static final int MAX_BYTES = 16 * 1024;

  private final LogStream stream;
  private final long time;
  private final byte[] buffer;
  private final int offset;
  private final int length;
  private final boolean partial;
  private final Map<String, String> attributes;

  /**
   * @param time nanoseconds since 1970
   * @param partial whether the line goes on in the stream's next record; if not, a newline followed
   * @param attributes what the driver stored beside the line; only in records that were read
   */
  public LogRecord(
      LogStream stream,
      long time,
      byte[] buffer,
      int offset,
      int length,
      boolean partial,
      Map<String, String> attributes) {
    this.stream = stream;
    this.time = time;
    this.buffer = buffer;
    this.offset = offset;
    this.length = length;
    this.partial = partial;
    this.attributes = attributes;
  }

  public LogRecord(
      LogStream stream, long time, byte[] buffer, int offset, int length, boolean partial) {
    this(stream, time, buffer, offset, length, partial, Map.of());
  }

  public LogStream stream() {
    return stream;
  }

  /** Nanoseconds since 1970. */
  public long time() {
    return time;
  }

  /**
   * The buffer the line is in, from {@link #offset()}, {@link #length()} bytes, without a newline.
   * Not to be changed.
   */
  public byte[] buffer() {
    return buffer;
  }

  public int offset() {
    return offset;
  }

  public int length() {
    return length;
  }

  /** Whether the line goes on in the next record of the same stream. */
  public boolean partial() {
    return partial;
  }

  /** What the driver stored beside the line ({@code docker logs --details}). */
  public Map<String, String> attributes() {
    return attributes;
  }

  /** A copy of the line, without a newline. */
  public byte[] bytes() {
    return Arrays.copyOfRange(buffer, offset, offset + length);
  }

  @Override
  public String toString() {
    return stream.text()
        + " "
        + time
        + (partial ? " P " : " F ")
        + new String(buffer, offset, length, StandardCharsets.UTF_8);
  }
}
