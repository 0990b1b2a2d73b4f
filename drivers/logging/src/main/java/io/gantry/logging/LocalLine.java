package io.gantry.logging;

import io.gantry.plugins.log.LogRecord;
import io.gantry.plugins.log.LogStream;
import io.gantry.plugins.log.LogTime;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The form of a record in a {@code local} log: {@code 1790000000123456789 oF text}. First the
 * nanoseconds since 1970, always 19 digits; then {@code o} for stdout or {@code e} for stderr, and
 * {@code F} for a line that ended with a newline or {@code P} for one that goes on in the next
 * record; then the bytes of the line as they came, but a newline within as {@code \n} and a
 * backslash as {@code \\}.
 */
final class LocalLine implements LineEncoder, LineDecoder {

  private static final int DIGITS = 19;
  private static final int STREAM = DIGITS + 1;
  private static final int TAG = STREAM + 1;
  private static final int TEXT = TAG + 2;

  @Override
  public int maxLength(LogRecord entry) {
    return TEXT + 2 * entry.length() + 1;
  }

  @Override
  public int encode(LogRecord entry, byte[] out, int offset) {
    long rest = Math.max(0, entry.time());
    for (int i = offset + DIGITS - 1; i >= offset; i--) {
      out[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    out[offset + DIGITS] = ' ';
    out[offset + STREAM] = (byte) (entry.stream() == LogStream.STDOUT ? 'o' : 'e');
    out[offset + TAG] = (byte) (entry.partial() ? 'P' : 'F');
    out[offset + TEXT - 1] = ' ';
    int at = escape(entry.buffer(), entry.offset(), entry.length(), out, offset + TEXT);
    out[at] = '\n';
    return at + 1;
  }

  private static int escape(byte[] text, int from, int length, byte[] out, int offset) {
    int to = from + length;
    int at = offset;
    int start = from;
    while (start < to) {
      int special = Bytes.indexOf(text, start, to, '\n', '\\');
      System.arraycopy(text, start, out, at, special - start);
      at += special - start;
      if (special < to) {
        out[at++] = '\\';
        out[at++] = (byte) (text[special] == '\n' ? 'n' : '\\');
      }
      start = special + 1;
    }
    return at;
  }

  @Override
  public @Nullable LogRecord decode(byte[] line, int from, int to) {
    long time = time(line, from, to);
    if (time == LogTime.INVALID) {
      return null;
    }
    int text = from + TEXT;
    int length = unescape(line, text, to) - text;
    return new LogRecord(
        stream(line, from, to), time, line, text, length, partial(line, from, to), Map.of());
  }

  private static int unescape(byte[] line, int from, int to) {
    int in = Bytes.indexOf(line, from, to, '\\');
    int at = in;
    while (in < to) {
      byte b = line[in++];
      if (b == '\\' && in < to) {
        b = line[in++] == 'n' ? (byte) '\n' : (byte) '\\';
      }
      line[at++] = b;
    }
    return at;
  }

  @Override
  public long time(byte[] line, int from, int to) {
    boolean sane =
        to - from >= TEXT
            && line[from + DIGITS] == ' '
            && (line[from + STREAM] == 'o' || line[from + STREAM] == 'e')
            && (line[from + TAG] == 'F' || line[from + TAG] == 'P')
            && line[from + TEXT - 1] == ' ';
    long time = 0;
    for (int i = from; sane && i < from + DIGITS; i++) {
      int digit = line[i] - '0';
      sane = digit >= 0 && digit <= 9;
      time = time * 10 + digit;
    }
    return sane && time >= 0 ? time : LogTime.INVALID;
  }

  @Override
  public boolean partial(byte[] line, int from, int to) {
    return line[from + TAG] == 'P';
  }

  @Override
  public LogStream stream(byte[] line, int from, int to) {
    return line[from + STREAM] == 'o' ? LogStream.STDOUT : LogStream.STDERR;
  }
}
