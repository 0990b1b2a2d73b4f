package io.gantry.linux.file;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * File names between the kernel's bytes and Java's strings, without loss: UTF-8, and each byte that
 * is not part of valid UTF-8 as a lone surrogate U+DC80 to U+DCFF (as Python's {@code
 * surrogateescape} does). Every byte sequence without NUL survives the way there and back.
 */
public final class FileName {

  private FileName() {}

  public static String fromBytes(byte[] bytes, int offset, int length) {
    String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
    return text.indexOf('\uFFFD') < 0 ? text : escape(bytes, offset, length);
  }

  public static String fromBytes(byte[] bytes) {
    return fromBytes(bytes, 0, bytes.length);
  }

  public static byte[] toBytes(String name) {
    return isEscaped(name) ? unescape(name) : name.getBytes(StandardCharsets.UTF_8);
  }

  /** With a NUL at the end, for the C library. */
  static byte[] toC(String name) {
    byte[] bytes = toBytes(name);
    byte[] terminated = new byte[bytes.length + 1];
    System.arraycopy(bytes, 0, terminated, 0, bytes.length);
    return terminated;
  }

  private static boolean isEscaped(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (Character.isHighSurrogate(c)) {
        i++;
      } else if (c >= 0xDC80 && c <= 0xDCFF) {
        return true;
      }
    }
    return false;
  }

  private static byte[] unescape(String name) {
    byte[] bytes = new byte[name.length() * 3];
    int length = 0;
    for (int i = 0; i < name.length(); ) {
      int c = name.codePointAt(i);
      int width = Character.charCount(c);
      if (c >= 0xDC80 && c <= 0xDCFF) {
        bytes[length++] = (byte) (c - 0xDC00);
      } else {
        byte[] one = name.substring(i, i + width).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(one, 0, bytes, length, one.length);
        length += one.length;
      }
      i += width;
    }
    return Arrays.copyOf(bytes, length);
  }

  private static String escape(byte[] bytes, int offset, int length) {
    StringBuilder text = new StringBuilder(length);
    int end = offset + length;
    for (int i = offset; i < end; ) {
      int width = validWidth(bytes, i, end);
      if (width == 0) {
        text.append((char) (0xDC00 + (bytes[i] & 0xFF)));
        i++;
      } else {
        text.append(new String(bytes, i, width, StandardCharsets.UTF_8));
        i += width;
      }
    }
    return text.toString();
  }

  /**
   * How many bytes the UTF-8 character at {@code i} has; 0 when there is no valid one (RFC 3629).
   */
  private static int validWidth(byte[] bytes, int i, int end) {
    int first = bytes[i] & 0xFF;
    if (first < 0x80) {
      return 1;
    }
    int width = first >= 0xF0 && first <= 0xF4 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
    if (first > 0xF4 || width == 0 || i + width > end) {
      return 0;
    }
    for (int k = 1; k < width; k++) {
      if ((bytes[i + k] & 0xC0) != 0x80) {
        return 0;
      }
    }
    int second = bytes[i + 1] & 0xFF;
    boolean overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    boolean surrogate = first == 0xED && second >= 0xA0;
    boolean tooLarge = first == 0xF4 && second >= 0x90;
    return overlong || surrogate || tooLarge ? 0 : width;
  }
}
