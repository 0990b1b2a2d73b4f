package io.gantry.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The options of one section, in the order in which they are added. */
final class OptionGroup {

  private final Option.Section section;
  private final List<Option<?>> options = new ArrayList<>();

  OptionGroup(Option.Section section) {
    this.section = section;
  }

  /** Adds an option that has no default; its key in the file is the name of its flag. */
  <T> Option<T> add(String name, OptionType<T> type, String documentation) {
    return add(name, type, documentation, option -> option);
  }

  /**
   * Adds an option.
   *
   * @param more what else there is to it
   */
  <T> Option<T> add(
      String name, OptionType<T> type, String documentation, UnaryOperator<Option<T>> more) {
    Option<T> option =
        more.apply(
            new Option<>(
                name,
                Optional.empty(),
                Optional.of(name),
                type,
                "",
                documentation,
                section,
                false));
    options.add(option);
    return option;
  }

  List<Option<?>> all() {
    return List.copyOf(options);
  }
}
