package io.gantry.config;

import java.util.List;

/** What the words after {@code gantry daemon} ask for. */
public sealed interface StartRequest {

  /** Run the daemon. */
  record Run(CurrentOptions options) implements StartRequest {}

  /** Print something and end with status 0. */
  record Print(String text) implements StartRequest {}

  /**
   * Reads the words.
   *
   * @throws ConfigurationException with the line to show to the user
   */
  static StartRequest read(List<String> arguments, String version) {
    CommandLine line = CommandLine.parse(arguments);
    if (line.help()) {
      return new Print(OptionHelp.text());
    }
    if (line.version()) {
      return new Print("Gantry version " + version + "\n");
    }
    CurrentOptions options = CurrentOptions.of(line);
    return line.validate() ? new Print("configuration OK\n") : new Run(options);
  }
}
