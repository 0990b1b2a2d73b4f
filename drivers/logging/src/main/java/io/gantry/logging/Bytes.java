package io.gantry.logging;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Searching in byte arrays, eight bytes at a time. */
final class Bytes {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH = 0x8080808080808080L;

  private Bytes() {}

  /** The next eight bytes, the first in the lowest place. */
  static long eight(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }

  static void putEight(byte[] bytes, int at, long value) {
    LONG.set(bytes, at, value);
  }

  /** A set high bit for each byte that has the value, and perhaps for some above the lowest one. */
  private static long marks(long eight, int value) {
    long zeroed = eight ^ (ONES * value);
    return (zeroed - ONES) & ~zeroed & HIGH;
  }

  /**
   * Where the first byte is among eight that JSON as Go writes it cannot hold as it is: control
   * characters, quote, backslash, the three of HTML, and all beyond ASCII.
   *
   * @return 0 to 7, or 8 if there is none
   */
  static int firstSpecial(long eight) {
    long control = (eight - ONES * 0x20) & ~eight;
    long found =
        ((control | eight) & HIGH)
            | marks(eight, '\\')
            | marks(eight | ONES * ('"' ^ '&'), '"' | '&')
            | marks(eight | ONES * ('<' ^ '>'), '<' | '>');
    return Long.numberOfTrailingZeros(found) >>> 3;
  }

  /**
   * The offset of the first value at or after {@code from} and before {@code to}; {@code to} if
   * there is none.
   */
  static int indexOf(byte[] bytes, int from, int to, int value) {
    int at = from;
    for (; at + 8 <= to; at += 8) {
      long marks = marks(eight(bytes, at), value);
      if (marks != 0) {
        return at + (Long.numberOfTrailingZeros(marks) >>> 3);
      }
    }
    while (at < to && bytes[at] != value) {
      at++;
    }
    return at;
  }

  /** The offset of the first of two values, likewise. */
  static int indexOf(byte[] bytes, int from, int to, int value, int other) {
    int at = from;
    for (; at + 8 <= to; at += 8) {
      long eight = eight(bytes, at);
      long marks = marks(eight, value) | marks(eight, other);
      if (marks != 0) {
        return at + (Long.numberOfTrailingZeros(marks) >>> 3);
      }
    }
    while (at < to && bytes[at] != value && bytes[at] != other) {
      at++;
    }
    return at;
  }

  /**
   * The offset of the last value at or after {@code from} and before {@code to}; {@code from - 1}
   * if there is none.
   */
  static int lastIndexOf(byte[] bytes, int from, int to, int value) {
    int at = to - 1;
    while (at >= from && bytes[at] != value) {
      at--;
    }
    return at;
  }

  static boolean startsWith(byte[] bytes, int at, int to, byte[] prefix) {
    return to - at >= prefix.length
        && Arrays.equals(bytes, at, at + prefix.length, prefix, 0, prefix.length);
  }
}
