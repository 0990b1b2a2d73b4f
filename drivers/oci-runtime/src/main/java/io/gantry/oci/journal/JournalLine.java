package io.gantry.oci.journal;

import io.gantry.plugins.runtime.Stream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes lines of conmon's {@code k8s-file} apart: {@code 2026-11-23T18:26:09.267960121+00:00 stdout
 * F text}. The stamp has 35 characters and may be in local time; {@code F} is a piece that ended
 * with a newline, {@code P} one that did not. The text is raw bytes. Not thread-safe: the last
 * second is remembered.
 */
final class JournalLine {

  /** What this driver writes between two runs; no stream of that name comes from conmon. */
  static final byte[] END_OF_RUN =
      "1970-01-01T00:00:00.000000000+00:00 engine F \n".getBytes(StandardCharsets.US_ASCII);

  private static final int STAMP = 35;
  private static final int SECONDS = 19;
  private static final int STREAM = STAMP + 1;
  private static final int TAG = STREAM + 7;

  /** Where the text begins. */
  static final int TEXT = TAG + 2;

  private static final byte[] STDOUT = "stdout ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] STDERR = "stderr ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ENGINE = "engine ".getBytes(StandardCharsets.US_ASCII);

  private final byte[] lastSecond = new byte[SECONDS];
  private long lastEpochSecond;

  private long epochNanos;
  private @Nullable Stream stream;
  private boolean last;

  /** What a line is. */
  enum Kind {
    PIECE,
    END_OF_RUN,
    /** Torn by a power cut, or foreign. */
    DAMAGED
  }

  /** Looks at a line; the newline at its end is not part of the length. */
  Kind parse(byte[] bytes, int from, int length) {
    if (length < TEXT
        || bytes[from + STAMP] != ' '
        || bytes[from + TEXT - 1] != ' '
        || (bytes[from + TAG] != 'F' && bytes[from + TAG] != 'P')) {
      return Kind.DAMAGED;
    }
    if (equal(bytes, from + STREAM, STDOUT)) {
      stream = Stream.STDOUT;
    } else if (equal(bytes, from + STREAM, STDERR)) {
      stream = Stream.STDERR;
    } else {
      return equal(bytes, from + STREAM, ENGINE) ? Kind.END_OF_RUN : Kind.DAMAGED;
    }
    last = bytes[from + TAG] == 'F';
    return stamp(bytes, from) ? Kind.PIECE : Kind.DAMAGED;
  }

  private static boolean equal(byte[] bytes, int from, byte[] word) {
    return Arrays.equals(bytes, from, from + word.length, word, 0, word.length);
  }

  private boolean stamp(byte[] bytes, int from) {
    if (!Arrays.equals(bytes, from, from + SECONDS, lastSecond, 0, SECONDS)) {
      long day =
          epochDay(digits(bytes, from, 4), digits(bytes, from + 5, 2), digits(bytes, from + 8, 2));
      lastEpochSecond =
          day * 86_400
              + digits(bytes, from + 11, 2) * 3_600L
              + digits(bytes, from + 14, 2) * 60L
              + digits(bytes, from + 17, 2);
      System.arraycopy(bytes, from, lastSecond, 0, SECONDS);
    }
    int sign = bytes[from + 29];
    int offset = digits(bytes, from + 30, 2) * 3_600 + digits(bytes, from + 33, 2) * 60;
    int nanos = digits(bytes, from + 20, 9);
    epochNanos = (lastEpochSecond - (sign == '-' ? -offset : offset)) * 1_000_000_000L + nanos;
    return bytes[from + 4] == '-'
        && bytes[from + 10] == 'T'
        && bytes[from + 19] == '.'
        && (sign == '+' || sign == '-');
  }

  private static int digits(byte[] bytes, int from, int count) {
    int value = 0;
    for (int i = from; i < from + count; i++) {
      value = value * 10 + (bytes[i] - '0');
    }
    return value;
  }

  /** Days since 1970, by the civil calendar's arithmetic (years begin in March). */
  private static long epochDay(int year, int month, int day) {
    int y = month <= 2 ? year - 1 : year;
    int era = Math.floorDiv(y, 400);
    int yearOfEra = y - era * 400;
    int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146_097L + dayOfEra - 719_468;
  }

  long epochNanos() {
    return epochNanos;
  }

  Stream stream() {
    if (stream == null) {
      throw new IllegalStateException("no line was parsed");
    }
    return stream;
  }

  boolean isLast() {
    return last;
  }
}
