package io.gantry.api.http;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Says what is wrong with a JSON text in the words of Go's decoder, which clients of dockerd see.
 * Used only after the real parser has refused the text.
 */
final class JsonFault {

  private static final String EARLY_END = "unexpected EOF";

  private static final int DEEPEST = 500;

  private final String text;
  private int at;
  private int depth;

  private JsonFault(byte[] json) {
    this.text = new String(json, StandardCharsets.UTF_8);
  }

  /** What is wrong with the first value of the text; empty when nothing is. */
  static Optional<String> of(byte[] json) {
    try {
      new JsonFault(json).value();
      return Optional.empty();
    } catch (Fault fault) {
      return Optional.of(fault.message);
    }
  }

  private void value() throws Fault {
    skipSpace();
    char c = next();
    switch (c) {
      case '{', '[' -> {
        if (++depth > DEEPEST) {
          throw new Fault("exceeded max depth");
        }
        if (c == '{') {
          object();
        } else {
          array();
        }
        depth--;
      }
      case '"' -> string();
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      default -> {
        if (c != '-' && !digit(c)) {
          throw unexpected(c, "looking for beginning of value");
        }
        number(c);
      }
    }
  }

  private void object() throws Fault {
    skipSpace();
    if (peek() == '}') {
      at++;
      return;
    }
    while (true) {
      skipSpace();
      char c = next();
      if (c != '"') {
        throw unexpected(c, "looking for beginning of object key string");
      }
      string();
      skipSpace();
      c = next();
      if (c != ':') {
        throw unexpected(c, "after object key");
      }
      value();
      skipSpace();
      c = next();
      if (c == '}') {
        return;
      }
      if (c != ',') {
        throw unexpected(c, "after object key:value pair");
      }
    }
  }

  private void array() throws Fault {
    skipSpace();
    if (peek() == ']') {
      at++;
      return;
    }
    while (true) {
      value();
      skipSpace();
      char c = next();
      if (c == ']') {
        return;
      }
      if (c != ',') {
        throw unexpected(c, "after array element");
      }
    }
  }

  private void string() throws Fault {
    for (char c = next(); c != '"'; c = next()) {
      if (c < ' ') {
        throw unexpected(c, "in string");
      }
      if (c == '\\') {
        escape();
      }
    }
  }

  private void escape() throws Fault {
    char c = next();
    if (c == 'u') {
      int start = at;
      for (int i = 0; i < 4; i++) {
        if (Character.digit(next(), 16) < 0) {
          throw new Fault(
              "invalid escape sequence `\\u" + text.substring(start, at) + "` in string");
        }
      }
    } else if ("\"\\/bfnrt".indexOf(c) < 0) {
      throw new Fault("invalid escape sequence `\\" + c + "` in string");
    }
  }

  private void literal(String word) throws Fault {
    for (int i = 1; i < word.length(); i++) {
      char c = next();
      if (c != word.charAt(i)) {
        throw unexpected(c, "in literal " + word + " (expecting " + quote(word.charAt(i)) + ")");
      }
    }
  }

  private void number(char first) throws Fault {
    char c = first == '-' ? needDigit() : first;
    if (c != '0') {
      skipDigits();
    }
    if (at < text.length() && text.charAt(at) == '.') {
      at++;
      needDigit();
      skipDigits();
    }
    if (at < text.length() && (text.charAt(at) | 0x20) == 'e') {
      at++;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      needDigit();
      skipDigits();
    }
  }

  private char needDigit() throws Fault {
    char c = next();
    if (!digit(c)) {
      throw unexpected(c, "in numeric literal");
    }
    return c;
  }

  private void skipDigits() {
    while (at < text.length() && digit(text.charAt(at))) {
      at++;
    }
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() throws Fault {
    if (at >= text.length()) {
      throw new Fault(EARLY_END);
    }
    return text.charAt(at);
  }

  private char next() throws Fault {
    char c = peek();
    at++;
    return c;
  }

  private static boolean digit(char c) {
    return c >= '0' && c <= '9';
  }

  private static Fault unexpected(char c, String where) {
    return new Fault("invalid character " + quote(c) + " " + where);
  }

  private static String quote(char c) {
    return switch (c) {
      case '\'' -> "'\\''";
      case '\\' -> "'\\\\'";
      case '\n' -> "'\\n'";
      case '\r' -> "'\\r'";
      case '\t' -> "'\\t'";
      default -> c < ' ' ? "'\\x%02x'".formatted((int) c) : "'" + c + "'";
    };
  }

  private static final class Fault extends Exception {
    private static final long serialVersionUID = 1L;

    private final String message;

    Fault(String message) {
      super(message, null, false, false);
      this.message = message;
    }
  }
}
