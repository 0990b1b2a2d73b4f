package io.gantry.console.line;

import io.gantry.units.Bools;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the words of a command as docker's command line does: {@code --name=value}, {@code --name
 * value}, {@code -n value}, {@code -nvalue}, {@code -n=value}, letters of flags in one word ({@code
 * -it}), {@code --} before what is no option.
 */
public final class CommandLine {

  private final CommandDefinition command;
  private final List<String> words;
  private final Map<String, List<String>> options = new LinkedHashMap<>();
  private final List<String> operands = new ArrayList<>();
  private int next;

  private CommandLine(CommandDefinition command, List<String> words) {
    this.command = command;
    this.words = words;
  }

  /**
   * Reads the words after the command's name.
   *
   * @throws UsageException if they do not fit the definition
   */
  public static Arguments parse(CommandDefinition command, List<String> words) {
    CommandLine line = new CommandLine(command, words);
    line.readAll();
    Arguments arguments = new Arguments(line.options, line.operands);
    if (!asksForHelp(arguments)) {
      line.checkOperands();
    }
    return arguments;
  }

  public static boolean asksForHelp(Arguments arguments) {
    return arguments.flag(CommandDefinition.HELP.name());
  }

  private void readAll() {
    while (next < words.size()) {
      String word = words.get(next++);
      if (word.equals("--")) {
        break;
      } else if (word.startsWith("--")) {
        readLong(word.substring(2));
      } else if (word.startsWith("-") && word.length() > 1) {
        readLetters(word);
      } else {
        operands.add(word);
        if (command.operands().endOptions()) {
          break;
        }
      }
    }
    operands.addAll(words.subList(next, words.size()));
  }

  private void readLong(String word) {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    Option option =
        command.option(name).orElseThrow(() -> new UsageException("unknown flag: --" + name));
    if (equals >= 0) {
      add(option, word.substring(equals + 1));
    } else if (option.kind() == Option.Kind.FLAG) {
      add(option, "true");
    } else {
      add(option, following("flag needs an argument: --" + name));
    }
  }

  private void readLetters(String word) {
    for (int i = 1; i < word.length(); i++) {
      char letter = word.charAt(i);
      Option option =
          command
              .option(letter)
              .orElseThrow(
                  () -> new UsageException("unknown shorthand flag: '" + letter + "' in " + word));
      String rest = word.substring(i + 1);
      if (rest.startsWith("=")) {
        add(option, rest.substring(1));
        return;
      }
      if (option.kind() == Option.Kind.FLAG) {
        add(option, "true");
      } else {
        add(
            option,
            rest.isEmpty()
                ? following("flag needs an argument: '" + letter + "' in " + word)
                : rest);
        return;
      }
    }
  }

  private String following(String complaint) {
    if (next >= words.size()) {
      throw new UsageException(complaint);
    }
    return words.get(next++);
  }

  private void add(Option option, String value) {
    String checked = option.kind() == Option.Kind.FLAG ? truth(option, value) : value;
    List<String> values = options.computeIfAbsent(option.name(), name -> new ArrayList<>());
    if (option.kind() != Option.Kind.LIST) {
      values.clear();
    }
    values.add(checked);
  }

  private static String truth(Option option, String value) {
    return Bools.parse(value)
        .map(String::valueOf)
        .orElseThrow(
            () ->
                new UsageException(
                    "invalid argument \""
                        + value
                        + "\" for \"--"
                        + option.name()
                        + "\" flag: neither true nor false"));
  }

  private void checkOperands() {
    Operands wanted = command.operands();
    int count = operands.size();
    if (count >= wanted.least() && count <= wanted.most()) {
      return;
    }
    String number;
    if (wanted.most() == 0) {
      number = "accepts no arguments";
    } else if (wanted.least() == wanted.most()) {
      number = "requires " + arguments(wanted.least());
    } else if (count < wanted.least()) {
      number = "requires at least " + arguments(wanted.least());
    } else {
      number = "requires at most " + arguments(wanted.most());
    }
    throw new UsageException(
        "'gantry " + command.name() + "' " + number, UsageException.BAD_OPERANDS);
  }

  private static String arguments(int count) {
    return count + (count == 1 ? " argument" : " arguments");
  }
}
