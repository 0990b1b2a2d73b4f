package io.gantry.console.line;

import java.util.List;
import java.util.Optional;

/**
 * A command: its name and what may follow it. The one source of the parser, the help and the
 * completion, in both modes of the console.
 *
 * @param name the word that calls it
 * @param summary one line
 */
public record CommandDefinition(
    String name, String summary, Operands operands, List<Option> options) {

  /** Every command has it. */
  static final Option HELP = Option.flag("help", "Print usage");

  public CommandDefinition {
    options = List.copyOf(options);
  }

  Optional<Option> option(String longName) {
    if (longName.equals(HELP.name())) {
      return Optional.of(HELP);
    }
    return options.stream().filter(option -> option.name().equals(longName)).findFirst();
  }

  Optional<Option> option(char letter) {
    return options.stream()
        .filter(option -> option.shortName().filter(name -> name == letter).isPresent())
        .findFirst();
  }

  /** The option a word leaves open: the next word is its value. */
  public Optional<Option> openAfter(String word) {
    if (word.contains("=")) {
      return Optional.empty();
    }
    Optional<Option> option = Optional.empty();
    if (word.startsWith("--")) {
      option = option(word.substring(2));
    } else {
      // The last letter counts; one before it with a value has swallowed the rest.
      for (int i = 1; i < word.length(); i++) {
        option = option(word.charAt(i));
        if (option.filter(known -> known.kind() != Option.Kind.FLAG).isPresent()
            && i < word.length() - 1) {
          return Optional.empty();
        }
      }
    }
    return option.filter(known -> known.kind() != Option.Kind.FLAG);
  }
}
