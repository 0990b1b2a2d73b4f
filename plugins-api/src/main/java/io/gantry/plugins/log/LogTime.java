package io.gantry.plugins.log;

import java.time.LocalDate;
import java.util.Arrays;

/**
 * Times as logs spell them: RFC 3339 in UTC, for instance {@code 2026-11-23T18:26:09.267960121Z}.
 * Remembers the last minute and second it has seen, as the times of neighbouring lines hardly
 * differ; so an instance belongs to one thread at a time.
 */
public final class LogTime {

  /** What {@link #parse} returns for what is not a time. */
  public static final long INVALID = Long.MIN_VALUE;

  /** The longest spelling. */
  public static final int MAX_BYTES = 30;

  private static final long NANOS = 1_000_000_000L;
  private static final int SECONDS_TEXT = 19;
  private static final int MINUTES_TEXT = 16;
  private static final int DIGITS = 9;

  private final byte[] second = new byte[SECONDS_TEXT];
  private long formatted = Long.MIN_VALUE;
  private final byte[] minute = new byte[MINUTES_TEXT];
  private long parsed;

  /**
   * With nine digits of the second (Go's {@code RFC3339NanoFixed}, {@code docker logs
   * --timestamps}). Returns the offset after it.
   */
  public int writeFixed(long nanos, byte[] out, int offset) {
    int at = writeSecond(Math.floorDiv(nanos, NANOS), out, offset);
    out[at++] = '.';
    at = writeDigits((int) Math.floorMod(nanos, NANOS), DIGITS, out, at);
    out[at++] = 'Z';
    return at;
  }

  /**
   * Without zeros at the end (Go's {@code RFC3339Nano}, the json-file format). Returns the offset
   * after it.
   */
  public int writeTrimmed(long nanos, byte[] out, int offset) {
    int at = writeSecond(Math.floorDiv(nanos, NANOS), out, offset);
    int fraction = (int) Math.floorMod(nanos, NANOS);
    if (fraction != 0) {
      out[at++] = '.';
      at = writeDigits(fraction, DIGITS, out, at);
      while (out[at - 1] == '0') {
        at--;
      }
    }
    out[at++] = 'Z';
    return at;
  }

  private int writeSecond(long seconds, byte[] out, int offset) {
    if (seconds != formatted) {
      LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(seconds, 86_400L));
      int rest = (int) Math.floorMod(seconds, 86_400L);
      int at = writeDigits(date.getYear(), 4, second, 0);
      second[at++] = '-';
      at = writeDigits(date.getMonthValue(), 2, second, at);
      second[at++] = '-';
      at = writeDigits(date.getDayOfMonth(), 2, second, at);
      second[at++] = 'T';
      at = writeDigits(rest / 3600, 2, second, at);
      second[at++] = ':';
      at = writeDigits(rest / 60 % 60, 2, second, at);
      second[at++] = ':';
      writeDigits(rest % 60, 2, second, at);
      formatted = seconds;
    }
    System.arraycopy(second, 0, out, offset, SECONDS_TEXT);
    return offset + SECONDS_TEXT;
  }

  private static int writeDigits(int number, int digits, byte[] out, int offset) {
    int rest = number;
    for (int i = offset + digits - 1; i >= offset; i--) {
      out[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return offset + digits;
  }

  /**
   * Nanoseconds since 1970 of a time in UTC ({@code Z}) with any number of digits up to nine, or
   * {@link #INVALID}.
   */
  public long parse(byte[] text, int from, int to) {
    if (to - from < SECONDS_TEXT + 1 || text[to - 1] != 'Z') {
      return INVALID;
    }
    if (parsed == 0 || !Arrays.equals(text, from, from + MINUTES_TEXT, minute, 0, MINUTES_TEXT)) {
      long start = parseMinute(text, from);
      if (start == INVALID) {
        return INVALID;
      }
      System.arraycopy(text, from, minute, 0, MINUTES_TEXT);
      parsed = start;
    }
    int seconds = digits(text, from + MINUTES_TEXT + 1, 2);
    long nanos = 0;
    int at = from + SECONDS_TEXT;
    if (text[at] == '.') {
      int count = to - 1 - ++at;
      nanos = count > DIGITS ? -1 : digits(text, at, count);
      for (int i = count; i < DIGITS; i++) {
        nanos *= 10;
      }
      at += count;
    }
    if (seconds < 0 || nanos < 0 || at != to - 1) {
      return INVALID;
    }
    return (parsed + seconds) * NANOS + nanos;
  }

  /** Seconds since 1970, or {@link #INVALID}. */
  private static long parseMinute(byte[] text, int from) {
    int year = digits(text, from, 4);
    int month = digits(text, from + 5, 2);
    int day = digits(text, from + 8, 2);
    int hour = digits(text, from + 11, 2);
    int minutes = digits(text, from + 14, 2);
    boolean sane =
        year >= 1970
            && year < 2262
            && month >= 1
            && month <= 12
            && day >= 1
            && day <= 31
            && hour >= 0
            && hour < 24
            && minutes >= 0
            && minutes < 60;
    if (!sane) {
      return INVALID;
    }
    long days = LocalDate.of(year, month, 1).toEpochDay() + day - 1;
    return ((days * 24 + hour) * 60 + minutes) * 60;
  }

  private static int digits(byte[] text, int from, int count) {
    int number = 0;
    for (int i = from; i < from + count; i++) {
      int digit = text[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }
}
