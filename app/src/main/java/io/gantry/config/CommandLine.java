package io.gantry.config;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The flags of the daemon, as dockerd reads them: {@code --name value}, {@code --name=value},
 * {@code -n value}, {@code -nvalue}, and switches together ({@code -Dl debug}).
 *
 * @param given the texts of all occurrences of each flag, in their order
 */
record CommandLine(
    Map<Option<?>, List<String>> given, boolean help, boolean version, boolean validate) {

  static final String SEE_HELP = "\nSee 'gantry daemon --help'.";

  static CommandLine parse(List<String> arguments) {
    return new Reader(arguments.iterator()).read();
  }

  private static ConfigurationException error(String message) {
    return new ConfigurationException(message + SEE_HELP);
  }

  private static final class Reader {

    private final Iterator<String> arguments;
    private final Map<Option<?>, List<String>> given = new LinkedHashMap<>();
    private boolean help;
    private boolean version;
    private boolean validate;

    Reader(Iterator<String> arguments) {
      this.arguments = arguments;
    }

    CommandLine read() {
      while (arguments.hasNext()) {
        String argument = arguments.next();
        if (argument.startsWith("--") && argument.length() > 2) {
          longFlag(argument.substring(2));
        } else if (argument.startsWith("-") && argument.length() > 1 && !argument.equals("--")) {
          letters(argument);
        } else if (!argument.equals("--") || arguments.hasNext()) {
          throw error("\"gantry daemon\" accepts no arguments: " + argument);
        }
      }
      return new CommandLine(given, help, version, validate);
    }

    private void longFlag(String text) {
      int equals = text.indexOf('=');
      String name = equals < 0 ? text : text.substring(0, equals);
      Optional<String> value =
          equals < 0 ? Optional.empty() : Optional.of(text.substring(equals + 1));
      switch (name) {
        case "help" -> help = true;
        case "version" -> version = true;
        case "validate" -> validate = true;
        default -> longOption(name, value);
      }
    }

    private void longOption(String name, Optional<String> value) {
      for (Option<?> option : OptionTable.all()) {
        if (option.name().equals(name)) {
          boolean isSwitch = option.type().shape() == OptionType.Shape.SWITCH;
          add(
              option,
              value.orElseGet(() -> isSwitch ? "true" : next("flag needs an argument: --" + name)));
          return;
        }
      }
      Optional<String> reason = Unsupported.reason(name);
      if (reason.isPresent() && !value.equals(Optional.of("false"))) {
        throw Unsupported.refusal("--" + name, reason.get());
      }
      if (reason.isEmpty()) {
        throw error("unknown flag: --" + name);
      }
    }

    private void letters(String argument) {
      for (int i = 1; i < argument.length(); i++) {
        char letter = argument.charAt(i);
        if (letter == 'h') {
          help = true;
          continue;
        }
        if (letter == 'v') {
          version = true;
          continue;
        }
        Option<?> option = byLetter(letter, argument);
        if (option.type().shape() == OptionType.Shape.SWITCH) {
          if (i + 1 < argument.length() && argument.charAt(i + 1) == '=') {
            add(option, argument.substring(i + 2));
            return;
          }
          add(option, "true");
          continue;
        }
        String rest = argument.substring(i + 1);
        if (rest.isEmpty()) {
          add(option, next("flag needs an argument: '" + letter + "' in " + argument));
        } else {
          add(option, rest.startsWith("=") ? rest.substring(1) : rest);
        }
        return;
      }
    }

    private Option<?> byLetter(char letter, String argument) {
      return OptionTable.all().stream()
          .filter(option -> option.shortName().equals(Optional.of(letter)))
          .findFirst()
          .orElseThrow(() -> error("unknown shorthand flag: '" + letter + "' in " + argument));
    }

    private String next(String ifMissing) {
      if (!arguments.hasNext()) {
        throw error(ifMissing);
      }
      return arguments.next();
    }

    private void add(Option<?> option, String value) {
      List<String> values = given.computeIfAbsent(option, key -> new ArrayList<>());
      values.add(value);
      try {
        Object _ = option.type().fromFlags().apply(values);
      } catch (IllegalArgumentException e) {
        throw new ConfigurationException(
            "invalid argument \""
                + value
                + "\" for \""
                + option.spelled()
                + "\" flag: "
                + e.getMessage()
                + SEE_HELP,
            e);
      }
    }
  }
}
