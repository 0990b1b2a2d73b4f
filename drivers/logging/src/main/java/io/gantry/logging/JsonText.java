package io.gantry.logging;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;

/**
 * JSON strings as Go's encoder and Docker write them: HTML characters escaped, invalid UTF-8
 * replaced by {@code \ufffd}.
 */
final class JsonText {

  /** How many bytes one byte can become. */
  static final int MAX_FACTOR = 6;

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] REPLACEMENT = "\\ufffd".getBytes(StandardCharsets.US_ASCII);

  private JsonText() {}

  /**
   * Writes the inside of a string. Returns the offset after it, at most {@link #MAX_FACTOR} times
   * the length further; writes up to 8 bytes beyond.
   */
  static int escape(byte[] text, int from, int length, byte[] out, int offset) {
    int in = from;
    int to = from + length;
    int at = offset;
    while (in < to) {
      if (in + 8 <= to) {
        long eight = Bytes.eight(text, in);
        int plain = Bytes.firstSpecial(eight);
        Bytes.putEight(out, at, eight);
        in += plain;
        at += plain;
        if (plain == 8) {
          continue;
        }
      }
      int c = text[in];
      if (c < 0) {
        int size = utf8Length(text, in, to);
        at = escapeBeyondAscii(text, in, size, out, at);
        in += Math.max(size, 1);
      } else {
        at = escapeAscii(c, out, at);
        in++;
      }
    }
    return at;
  }

  private static int escapeAscii(int c, byte[] out, int offset) {
    int at = offset;
    switch (c) {
      case '"', '\\' -> {
        out[at++] = '\\';
        out[at++] = (byte) c;
      }
      case '\n' -> {
        out[at++] = '\\';
        out[at++] = 'n';
      }
      case '\r' -> {
        out[at++] = '\\';
        out[at++] = 'r';
      }
      default -> {
        if (c >= 0x20 && c != '<' && c != '>' && c != '&') {
          out[at++] = (byte) c;
        } else {
          out[at++] = '\\';
          out[at++] = 'u';
          out[at++] = '0';
          out[at++] = '0';
          out[at++] = HEX[c >> 4];
          out[at++] = HEX[c & 15];
        }
      }
    }
    return at;
  }

  private static int escapeBeyondAscii(byte[] text, int in, int size, byte[] out, int offset) {
    if (size == 0) {
      System.arraycopy(REPLACEMENT, 0, out, offset, REPLACEMENT.length);
      return offset + REPLACEMENT.length;
    }
    boolean separator =
        size == 3
            && text[in] == (byte) 0xE2
            && text[in + 1] == (byte) 0x80
            && (text[in + 2] & 0xFE) == 0xA8;
    if (separator) {
      byte[] escaped = {'\\', 'u', '2', '0', '2', HEX[text[in + 2] & 15]};
      System.arraycopy(escaped, 0, out, offset, escaped.length);
      return offset + escaped.length;
    }
    for (int i = 0; i < size; i++) {
      out[offset + i] = text[in + i];
    }
    return offset + size;
  }

  /**
   * How many bytes the character beyond ASCII at a place has; 0 when it is not UTF-8 (too long, a
   * surrogate, cut off).
   */
  static int utf8Length(byte[] text, int at, int to) {
    int first = text[at] & 0xFF;
    int size = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (size == 0 || at + size > to) {
      return 0;
    }
    for (int i = 1; i < size; i++) {
      if ((text[at + i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    int second = text[at + 1] & 0xFF;
    boolean wrong =
        first == 0xE0 && second < 0xA0
            || first == 0xED && second > 0x9F
            || first == 0xF0 && second < 0x90
            || first == 0xF4 && second > 0x8F;
    return wrong ? 0 : size;
  }

  /** An object of strings; {@code {}} when there are none. */
  static byte[] object(SortedMap<String, String> members) {
    StringBuilder text = new StringBuilder("{");
    for (Map.Entry<String, String> member : members.entrySet()) {
      text.append(text.length() > 1 ? "," : "").append(quote(member.getKey()));
      text.append(':').append(quote(member.getValue()));
    }
    return text.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String quote(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] out = new byte[bytes.length * MAX_FACTOR + 8];
    int length = escape(bytes, 0, bytes.length, out, 0);
    return '"' + new String(out, 0, length, StandardCharsets.UTF_8) + '"';
  }

  /**
   * Decodes the inside of a string in place.
   *
   * @param to where it ends, before the quote
   * @return where the decoded text ends, or -1 if it is not JSON
   */
  static int unescape(byte[] text, int from, int to) {
    int in = Bytes.indexOf(text, from, to, '\\');
    int at = in;
    while (in < to) {
      if (text[in] != '\\') {
        text[at++] = text[in++];
        continue;
      }
      if (in + 1 >= to) {
        return -1;
      }
      int c = text[in + 1];
      if (c == 'u') {
        int unit = in + 6 <= to ? hex(text, in + 2) : -1;
        if (unit < 0) {
          return -1;
        }
        in += 6;
        int point = unit;
        if (Character.isHighSurrogate((char) unit)
            && in + 6 <= to
            && text[in] == '\\'
            && text[in + 1] == 'u') {
          int low = hex(text, in + 2);
          if (low >= 0 && Character.isLowSurrogate((char) low)) {
            point = Character.toCodePoint((char) unit, (char) low);
            in += 6;
          }
        }
        at = putUtf8(point, text, at);
      } else {
        int plain = "\"\\/bfnrt".indexOf(c);
        if (plain < 0) {
          return -1;
        }
        text[at++] = (byte) "\"\\/\b\f\n\r\t".charAt(plain);
        in += 2;
      }
    }
    return at;
  }

  private static int hex(byte[] text, int from) {
    int value = 0;
    for (int i = from; i < from + 4; i++) {
      int digit = Character.digit(text[i], 16);
      if (digit < 0) {
        return -1;
      }
      value = value * 16 + digit;
    }
    return value;
  }

  private static int putUtf8(int point, byte[] out, int offset) {
    int at = offset;
    int c = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE ? 0xFFFD : point;
    if (c < 0x80) {
      out[at++] = (byte) c;
    } else if (c < 0x800) {
      out[at++] = (byte) (0xC0 | c >> 6);
      out[at++] = (byte) (0x80 | c & 0x3F);
    } else if (c < 0x10000) {
      out[at++] = (byte) (0xE0 | c >> 12);
      out[at++] = (byte) (0x80 | c >> 6 & 0x3F);
      out[at++] = (byte) (0x80 | c & 0x3F);
    } else {
      out[at++] = (byte) (0xF0 | c >> 18);
      out[at++] = (byte) (0x80 | c >> 12 & 0x3F);
      out[at++] = (byte) (0x80 | c >> 6 & 0x3F);
      out[at++] = (byte) (0x80 | c & 0x3F);
    }
    return at;
  }
}
