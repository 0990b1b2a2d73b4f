package io.gantry.image.config;

import io.gantry.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Splits the arguments of a Dockerfile instruction into words as its shell lexer does: quotes,
 * backslashes, {@code $NAME} and {@code ${NAME:-x}}.
 */
final class ShellWords {

  private final String text;
  private final Map<String, String> variables;
  private int at;

  private ShellWords(String text, Map<String, String> variables) {
    this.text = text;
    this.variables = variables;
  }

  /** The words, quotes removed and variables replaced. */
  static List<String> split(String text, Map<String, String> variables) {
    ShellWords words = new ShellWords(text, variables);
    List<String> found = new ArrayList<>();
    while (words.skipSpace()) {
      found.add(words.word(true));
    }
    return found;
  }

  /** All of the text as one word. */
  static String expand(String text, Map<String, String> variables) {
    ShellWords words = new ShellWords(text, variables);
    return words.word(false);
  }

  private boolean skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at < text.length();
  }

  private String word(boolean stopAtSpace) {
    StringBuilder word = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at);
      if (stopAtSpace && Character.isWhitespace(c)) {
        break;
      }
      at++;
      switch (c) {
        case '\'' -> word.append(singleQuoted());
        case '"' -> doubleQuoted(word);
        case '\\' -> {
          if (at < text.length()) {
            word.append(text.charAt(at++));
          }
        }
        case '$' -> word.append(variable());
        default -> word.append(c);
      }
    }
    return word.toString();
  }

  private String singleQuoted() {
    int end = text.indexOf('\'', at);
    if (end < 0) {
      throw EngineException.invalid(
          "unexpected end of statement while looking for matching single-quote");
    }
    String quoted = text.substring(at, end);
    at = end + 1;
    return quoted;
  }

  private void doubleQuoted(StringBuilder word) {
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return;
      }
      if (c == '$') {
        word.append(variable());
      } else if (c == '\\' && at < text.length() && "\"$\\".indexOf(text.charAt(at)) >= 0) {
        word.append(text.charAt(at++));
      } else {
        word.append(c);
      }
    }
    throw EngineException.invalid(
        "unexpected end of statement while looking for matching double-quote");
  }

  private String variable() {
    if (at < text.length() && text.charAt(at) == '{') {
      return braced();
    }
    int from = at;
    while (at < text.length() && isName(text.charAt(at), at == from)) {
      at++;
    }
    return from == at ? "$" : variables.getOrDefault(text.substring(from, at), "");
  }

  private String braced() {
    int depth = 0;
    int end = at;
    for (; end < text.length(); end++) {
      if (text.charAt(end) == '{') {
        depth++;
      } else if (text.charAt(end) == '}' && --depth == 0) {
        break;
      }
    }
    if (end == text.length()) {
      throw EngineException.invalid("syntax error: missing '}'");
    }
    String body = text.substring(at + 1, end);
    at = end + 1;
    int name = 0;
    while (name < body.length() && isName(body.charAt(name), name == 0)) {
      name++;
    }
    String value = variables.getOrDefault(body.substring(0, name), "");
    String rest = body.substring(name);
    if (rest.isEmpty() && name > 0) {
      return value;
    }
    if (rest.startsWith(":-")) {
      return value.isEmpty() ? expand(rest.substring(2), variables) : value;
    }
    if (rest.startsWith(":+")) {
      return value.isEmpty() ? "" : expand(rest.substring(2), variables);
    }
    throw EngineException.invalid("unsupported modifier in substitution: ${" + body + "}");
  }

  private static boolean isName(char c, boolean first) {
    return c == '_' || c < 128 && (first ? Character.isLetter(c) : Character.isLetterOrDigit(c));
  }
}
