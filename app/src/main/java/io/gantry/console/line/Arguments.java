package io.gantry.console.line;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a command line said, checked against its definition. Options are asked for by their long
 * name.
 *
 * @param options the values by long name; a flag has {@code true} or {@code false}
 * @param operands the words that are no options
 */
public record Arguments(Map<String, List<String>> options, List<String> operands) {

  public Arguments {
    options = Map.copyOf(options);
    operands = List.copyOf(operands);
  }

  public boolean flag(String name) {
    return value(name).map(Boolean::parseBoolean).orElse(false);
  }

  /** A flag that is on unless it is turned off. */
  public boolean flagOrTrue(String name) {
    return value(name).map(Boolean::parseBoolean).orElse(true);
  }

  public Optional<String> value(String name) {
    List<String> values = values(name);
    return values.isEmpty() ? Optional.empty() : Optional.of(values.getLast());
  }

  public List<String> values(String name) {
    return options.getOrDefault(name, List.of());
  }

  /**
   * A whole number.
   *
   * @throws UsageException if it is something else
   */
  public Optional<Long> number(String name) {
    return value(name)
        .map(
            text -> {
              try {
                return Long.valueOf(text);
              } catch (NumberFormatException e) {
                throw new UsageException(
                    "invalid argument \"" + text + "\" for \"--" + name + "\": not a number");
              }
            });
  }

  public String operand(int index) {
    return operands.get(index);
  }
}
