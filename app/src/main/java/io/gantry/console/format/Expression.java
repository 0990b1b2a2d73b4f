package io.gantry.console.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What stands in an action: commands joined by {@code |}, each a function with arguments or one
 * operand. The value of a command is the last argument of the next.
 */
record Expression(List<Command> commands) {

  /** A function name, or empty for an operand alone, and its arguments. */
  record Command(Optional<String> function, List<Operand> arguments) {}

  /** A value. */
  sealed interface Operand {
    /** A constant. */
    record Constant(JsonNode value) implements Operand {}

    /** A field of the data: {@code .A.B}; no names mean the data. */
    record Field(List<String> names, boolean ofRoot) implements Operand {}

    /** An expression in parentheses. */
    record Inner(Expression expression) implements Operand {}
  }

  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(?<text>\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`)|(?<number>-?\\d+)"
              + "|(?<field>\\$?\\.[\\w.]*|\\$)|(?<word>\\w+)|(?<sign>[|()]))\\s*");

  static Expression parse(String source) {
    Parser parser = new Parser(source);
    Expression expression = parser.expression();
    if (parser.at < source.length()) {
      throw new TemplateException("unexpected \"" + source.substring(parser.at) + "\" in action");
    }
    return expression;
  }

  JsonNode evaluate(JsonNode root, JsonNode dot) {
    Optional<JsonNode> piped = Optional.empty();
    for (Command command : commands) {
      List<JsonNode> arguments = new ArrayList<>();
      command.arguments().forEach(operand -> arguments.add(evaluate(operand, root, dot)));
      piped.ifPresent(arguments::add);
      if (command.function().isEmpty() && arguments.size() != 1) {
        throw new TemplateException("can't give an argument to a value that is no function");
      }
      piped =
          Optional.of(
              command
                  .function()
                  .map(name -> Functions.call(name, arguments))
                  .orElseGet(arguments::getFirst));
    }
    return piped.orElseThrow();
  }

  private static JsonNode evaluate(Operand operand, JsonNode root, JsonNode dot) {
    return switch (operand) {
      case Operand.Constant constant -> constant.value();
      case Operand.Inner inner -> inner.expression().evaluate(root, dot);
      case Operand.Field field -> {
        JsonNode value = field.ofRoot() ? root : dot;
        for (String name : field.names()) {
          JsonNode next = value.get(name);
          if (next == null) {
            throw new TemplateException("no field \"" + name + "\"");
          }
          value = next;
        }
        yield value;
      }
    };
  }

  /** The field whose value this is, whatever functions it goes through. */
  Optional<String> field() {
    return commands.stream()
        .flatMap(command -> command.arguments().stream())
        .filter(Operand.Field.class::isInstance)
        .map(Operand.Field.class::cast)
        .filter(field -> !field.names().isEmpty())
        .map(field -> field.names().getLast())
        .findFirst();
  }

  /** Reads tokens from left to right. */
  private static final class Parser {

    private static final int DEEPEST = 20;

    private final String source;
    private final Matcher token;
    private int at;
    private int depth;

    Parser(String source) {
      this.source = source;
      this.token = TOKEN.matcher(source);
    }

    Expression expression() {
      if (++depth > DEEPEST) {
        throw new TemplateException("nested too deeply");
      }
      List<Command> commands = new ArrayList<>();
      do {
        commands.add(command());
      } while (takes("|"));
      depth--;
      return new Expression(commands);
    }

    private Command command() {
      Optional<String> function = Optional.empty();
      List<Operand> arguments = new ArrayList<>();
      while (at < source.length() && looksAtToken() && !ends(token.group("sign"))) {
        at = token.end();
        String word = token.group("word");
        if (word == null || word.equals("true") || word.equals("false")) {
          arguments.add(operand());
        } else if (function.isEmpty() && arguments.isEmpty()) {
          function = Optional.of(word);
        } else {
          throw new TemplateException("unexpected \"" + word + "\" in action");
        }
      }
      if (function.isEmpty() && arguments.isEmpty()) {
        throw new TemplateException("missing value for command");
      }
      return new Command(function, arguments);
    }

    private Operand operand() {
      JsonNodeFactory nodes = JsonNodeFactory.instance;
      String text = token.group("text");
      String number = token.group("number");
      String field = token.group("field");
      String word = token.group("word");
      if (text != null) {
        String content = text.substring(1, text.length() - 1);
        return new Operand.Constant(
            nodes.stringNode(text.startsWith("`") ? content : unescape(content)));
      } else if (number != null) {
        try {
          return new Operand.Constant(nodes.numberNode(Long.parseLong(number)));
        } catch (NumberFormatException e) {
          throw new TemplateException("number too large: " + number);
        }
      } else if (field != null) {
        boolean ofRoot = field.startsWith("$");
        return new Operand.Field(names(field), ofRoot);
      } else if (word != null) {
        return new Operand.Constant(nodes.booleanNode(word.equals("true")));
      }
      Expression inner = expression();
      if (!takes(")")) {
        throw new TemplateException("unclosed left paren");
      }
      return new Operand.Inner(inner);
    }

    private static List<String> names(String field) {
      List<String> names = new ArrayList<>();
      for (String name : field.replace("$", "").split("\\.")) {
        if (!name.isEmpty()) {
          names.add(name);
        }
      }
      return names;
    }

    private static String unescape(String text) {
      return text.replace("\\n", "\n").replace("\\t", "\t").replaceAll("\\\\(.)", "$1");
    }

    private static boolean ends(@Nullable String sign) {
      return "|".equals(sign) || ")".equals(sign);
    }

    private boolean looksAtToken() {
      token.region(at, source.length());
      if (!token.lookingAt()) {
        throw new TemplateException("unexpected \"" + source.substring(at) + "\" in action");
      }
      return true;
    }

    private boolean takes(String sign) {
      if (at < source.length() && looksAtToken() && sign.equals(token.group("sign"))) {
        at = token.end();
        return true;
      }
      return false;
    }
  }
}
