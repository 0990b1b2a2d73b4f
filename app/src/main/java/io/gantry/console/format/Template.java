package io.gantry.console.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;

/**
 * The part of Go's text/template that people use with {@code --format}: text, fields ({@code
 * {{.State.Status}}}), functions and pipes ({@code {{json .}}}, {@code {{.Names | upper}}}), {@code
 * if}/{@code else}, {@code range} and {@code end}. Immutable.
 */
public final class Template {

  private static final int DEEPEST = 50;

  private sealed interface Part {}

  private record Text(String text) implements Part {}

  private record Value(Expression expression) implements Part {}

  private record Condition(Expression expression, List<Part> then, List<Part> otherwise)
      implements Part {}

  private record Loop(Expression expression, List<Part> each, List<Part> otherwise)
      implements Part {}

  private final List<Part> parts;

  private Template(List<Part> parts) {
    this.parts = parts;
  }

  /**
   * Reads a template. {@code \t} and {@code \n} stand for what they say, as in docker's.
   *
   * @throws TemplateException if it cannot be read
   */
  public static Template parse(String source) {
    Reader reader = new Reader(source.replace("\\t", "\t").replace("\\n", "\n"));
    List<Part> parts = reader.parts(0);
    if (reader.ended.isPresent()) {
      throw new TemplateException("unexpected {{" + reader.ended.get() + "}}");
    }
    return new Template(parts);
  }

  /**
   * The text for some data.
   *
   * @throws TemplateException if the data has no such field
   */
  public String apply(JsonNode data) {
    StringBuilder out = new StringBuilder();
    write(parts, data, data, out);
    return out.toString();
  }

  private static void write(List<Part> parts, JsonNode root, JsonNode dot, StringBuilder out) {
    for (Part part : parts) {
      switch (part) {
        case Text text -> out.append(text.text());
        case Value value -> out.append(Functions.text(value.expression().evaluate(root, dot)));
        case Condition condition -> {
          boolean holds = Functions.holds(condition.expression().evaluate(root, dot));
          write(holds ? condition.then() : condition.otherwise(), root, dot, out);
        }
        case Loop loop -> {
          JsonNode values = loop.expression().evaluate(root, dot);
          if (values.isEmpty()) {
            write(loop.otherwise(), root, dot, out);
          }
          for (JsonNode each : values) {
            write(loop.each(), root, each, out);
          }
        }
      }
    }
  }

  /** The text with titles instead of values. */
  public String titles(UnaryOperator<String> title) {
    StringBuilder out = new StringBuilder();
    for (Part part : parts) {
      switch (part) {
        case Text text -> out.append(text.text());
        case Value value -> value.expression().field().map(title).ifPresent(out::append);
        case Condition condition -> {}
        case Loop loop -> {}
      }
    }
    return out.toString();
  }

  /** Splits a template into text and actions. */
  private static final class Reader {

    private final String source;
    private int at;

    /** The word that ended the parts read last: {@code else}, {@code end}, or none. */
    private Optional<String> ended = Optional.empty();

    Reader(String source) {
      this.source = source;
    }

    List<Part> parts(int depth) {
      if (depth > DEEPEST) {
        throw new TemplateException("nested too deeply");
      }
      List<Part> parts = new ArrayList<>();
      ended = Optional.empty();
      while (at < source.length()) {
        int open = source.indexOf("{{", at);
        if (open < 0) {
          parts.add(new Text(source.substring(at)));
          at = source.length();
          break;
        }
        if (open > at) {
          parts.add(new Text(source.substring(at, open)));
        }
        String action = action(open);
        if (action.equals("end") || action.equals("else")) {
          ended = Optional.of(action);
          return parts;
        }
        parts.add(part(action, depth));
      }
      return parts;
    }

    private String action(int open) {
      int close = source.indexOf("}}", open);
      if (close < 0) {
        throw new TemplateException("unclosed action");
      }
      at = close + 2;
      return source.substring(open + 2, close).strip();
    }

    private Part part(String action, int depth) {
      String word = action.split("\\s", 2)[0];
      if (!word.equals("if") && !word.equals("range")) {
        return new Value(Expression.parse(action));
      }
      Expression expression = Expression.parse(action.substring(word.length()));
      List<Part> first = block(word, depth);
      List<Part> otherwise = List.of();
      if (ended.filter("else"::equals).isPresent()) {
        otherwise = block(word, depth);
        if (ended.filter("else"::equals).isPresent()) {
          throw new TemplateException("unexpected {{else}}");
        }
      }
      ended = Optional.empty();
      return word.equals("if")
          ? new Condition(expression, first, otherwise)
          : new Loop(expression, first, otherwise);
    }

    private List<Part> block(String word, int depth) {
      List<Part> parts = parts(depth + 1);
      if (ended.isEmpty()) {
        throw new TemplateException("{{" + word + "}} without {{end}}");
      }
      return parts;
    }
  }
}
