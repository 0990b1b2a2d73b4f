package io.gantry.image;

import io.gantry.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Patterns of Go's {@code path.Match}: {@code *} and {@code ?} stop at slashes, {@code [a-z]},
 * {@code [^a]}, {@code \x}. Matching takes time in proportion to pattern and text, whatever the
 * pattern.
 */
final class GoPattern {

  /**
   * One piece of a pattern.
   *
   * @param many whether it takes any number of characters
   * @param accepts which characters
   */
  private record Piece(boolean many, IntPredicate accepts) {}

  private final List<Piece> pieces;

  private GoPattern(List<Piece> pieces) {
    this.pieces = pieces;
  }

  /**
   * Reads a pattern.
   *
   * @throws EngineException INVALID
   */
  static GoPattern compile(String text) {
    List<Piece> pieces = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at++);
      switch (c) {
        case '*' -> pieces.add(new Piece(true, x -> x != '/'));
        case '?' -> pieces.add(new Piece(false, x -> x != '/'));
        case '[' -> at = set(text, at, pieces);
        case '\\' -> {
          char literal = charAt(text, at++);
          pieces.add(new Piece(false, x -> x == literal));
        }
        default -> pieces.add(new Piece(false, x -> x == c));
      }
    }
    return new GoPattern(pieces);
  }

  private static int set(String text, int from, List<Piece> pieces) {
    int at = from;
    boolean not = charAt(text, at) == '^';
    if (not) {
      at++;
    }
    IntPredicate members = x -> false;
    boolean any = false;
    while (charAt(text, at) != ']' || !any) {
      if (charAt(text, at) == ']' || charAt(text, at) == '-') {
        throw bad(text);
      }
      if (charAt(text, at) == '\\') {
        at++;
      }
      char low = charAt(text, at++);
      char high = low;
      if (charAt(text, at) == '-') {
        at++;
        if (charAt(text, at) == '\\') {
          at++;
        }
        high = charAt(text, at++);
      }
      char last = high;
      members = members.or(x -> x >= low && x <= last);
      any = true;
    }
    pieces.add(new Piece(false, not ? members.negate() : members));
    return at + 1;
  }

  private static char charAt(String text, int at) {
    if (at >= text.length()) {
      throw bad(text);
    }
    return text.charAt(at);
  }

  private static EngineException bad(String text) {
    return EngineException.invalid("syntax error in pattern");
  }

  boolean matches(String text) {
    boolean[] reachable = new boolean[text.length() + 1];
    reachable[0] = true;
    for (Piece piece : pieces) {
      boolean[] next = new boolean[text.length() + 1];
      for (int i = 0; i <= text.length(); i++) {
        boolean before = i > 0 && piece.accepts().test(text.charAt(i - 1));
        next[i] = piece.many() ? reachable[i] || before && next[i - 1] : before && reachable[i - 1];
      }
      reachable = next;
    }
    return reachable[text.length()];
  }

  /** Whether it fits the name in the form users write, with or without tag. */
  boolean matches(Reference name) {
    return matches(name.familiar()) || matches(name.familiarName());
  }
}
