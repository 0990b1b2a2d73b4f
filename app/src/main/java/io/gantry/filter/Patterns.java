package io.gantry.filter;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.gantry.error.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;

/**
 * The values of a filter for names and ids: each is a name, or an expression of which a part of the
 * name must be an instance (moby {@code api/types/filters}, {@code Args.Match}). The expressions
 * are those of Go, RE2: a match takes time in proportion to the length of the values and of the
 * name, whatever the values. A value that is no expression is a name only. Immutable.
 *
 * @param names the values
 * @param expressions those that are expressions
 */
public record Patterns(Set<String> names, List<Pattern> expressions) {

  /**
   * How many characters the counted repetitions of all values may come to when they are written
   * out: {@code (ab){3}} are 12 more than the value itself.
   */
  private static final long MOST_WRITTEN_OUT = 20_000;

  /** RE2/J goes down a level of its own for each bracket. */
  private static final int DEEPEST = 200;

  private static final java.util.regex.Pattern REPETITION =
      java.util.regex.Pattern.compile("\\{([0-9]{1,4})(,([0-9]{0,4}))?\\}");

  public Patterns {
    names = Set.copyOf(names);
    expressions = List.copyOf(expressions);
  }

  /**
   * Compiles the values once, for all the names they are asked about.
   *
   * @param filter for the message
   * @throws EngineException INVALID when the expressions are larger than any that is meant
   */
  static Patterns of(String filter, Set<String> values) {
    List<Pattern> expressions = new ArrayList<>();
    long writtenOut = 0;
    for (String value : values) {
      writtenOut += writtenOut(value);
      if (writtenOut > MOST_WRITTEN_OUT || value.chars().filter(c -> c == '(').count() > DEEPEST) {
        throw EngineException.invalid(
            "invalid filter '" + filter + "=" + value + "': expression too large");
      }
      try {
        expressions.add(Pattern.compile(value));
      } catch (PatternSyntaxException e) {
        // a name only
      }
    }
    return new Patterns(values, expressions);
  }

  /** At most so many characters are added when repetitions within repetitions are written out. */
  private static long writtenOut(String value) {
    Matcher repetition = REPETITION.matcher(value);
    long times = 1;
    while (repetition.find() && times <= MOST_WRITTEN_OUT) {
      long least = Long.parseLong(repetition.group(1));
      String most = repetition.group(3);
      long count = most == null || most.isEmpty() ? least + 1 : Long.parseLong(most);
      times *= Math.max(1, Math.max(least, count));
    }
    return (times - 1) * value.length();
  }

  /** Whether one of the values fits, or there is none. */
  public boolean fit(String text) {
    return names.isEmpty()
        || names.contains(text)
        || expressions.stream().anyMatch(expression -> expression.matcher(text).find());
  }
}
