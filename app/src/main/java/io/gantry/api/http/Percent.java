package io.gantry.api.http;

import io.gantry.error.EngineException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Percent-decoding as Go's net/url does it: a bad escape is an error, bad UTF-8 is not. */
final class Percent {

  private Percent() {}

  /**
   * @param plusIsSpace in queries, not in paths
   * @throws EngineException invalid, with Go's message
   */
  static String decode(String text, boolean plusIsSpace) {
    if (text.indexOf('%') < 0 && !(plusIsSpace && text.indexOf('+') >= 0)) {
      return text;
    }
    byte[] in = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = ByteBuffer.allocate(in.length);
    for (int i = 0; i < in.length; i++) {
      if (in[i] == '%') {
        int high = i + 1 < in.length ? Character.digit(in[i + 1], 16) : -1;
        int low = i + 2 < in.length ? Character.digit(in[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          String escape = new String(in, i, Math.min(3, in.length - i), StandardCharsets.UTF_8);
          throw EngineException.invalid("invalid URL escape \"" + escape + "\"");
        }
        out.put((byte) (high << 4 | low));
        i += 2;
      } else {
        out.put(plusIsSpace && in[i] == '+' ? (byte) ' ' : in[i]);
      }
    }
    return new String(out.array(), 0, out.position(), StandardCharsets.UTF_8);
  }

  /** Encodes what may not stand in a path as it is. */
  static String encodePath(String path) {
    StringBuilder encoded = new StringBuilder(path.length());
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (Character.isLetterOrDigit(c) && c < 0x80 || "/-_.~:@!$&'()*+,;=".indexOf(c) >= 0) {
        encoded.append(c);
      } else {
        encoded.append("%%%02X".formatted((int) c));
      }
    }
    return encoded.toString();
  }
}
