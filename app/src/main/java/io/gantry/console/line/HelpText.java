package io.gantry.console.line;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The texts of {@code --help}, made of the definitions. */
public final class HelpText {

  private static final int GAP = 3;

  private HelpText() {}

  /** The usage of one command. */
  public static String of(CommandDefinition command) {
    StringBuilder text = new StringBuilder();
    text.append("Usage:  gantry ").append(command.name()).append(" [OPTIONS]");
    if (!command.operands().synopsis().isEmpty()) {
      text.append(' ').append(command.operands().synopsis());
    }
    text.append("\n\n").append(command.summary()).append('\n');
    if (!command.options().isEmpty()) {
      text.append("\nOptions:\n").append(options(command.options()));
    }
    return text.toString();
  }

  /** The options, in the order of their names. */
  public static String options(List<Option> options) {
    return columns(
        options.stream()
            .sorted(Comparator.comparing(Option::name))
            .map(option -> List.of("  " + spelling(option), option.help()))
            .toList());
  }

  /** The commands, in the order given. */
  public static String commands(List<CommandDefinition> commands) {
    return columns(
        commands.stream()
            .map(command -> List.of("  " + command.name(), command.summary()))
            .toList());
  }

  private static String spelling(Option option) {
    String letter = option.shortName().map(name -> "-" + name + ", ").orElse("    ");
    String value = option.placeholder().isEmpty() ? "" : " " + option.placeholder();
    return letter + "--" + option.name() + value;
  }

  private static String columns(List<List<String>> rows) {
    int width = rows.stream().mapToInt(row -> row.getFirst().length()).max().orElse(0) + GAP;
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      String first = row.getFirst();
      lines.add(first + " ".repeat(width - first.length()) + row.getLast() + "\n");
    }
    return String.join("", lines);
  }
}
