package io.gantry.console;

import java.util.List;

/** The entry of the console: runs one command, or without words the interactive shell. */
public final class Console {

  private Console() {}

  /**
   * Runs the command the words say.
   *
   * @return the exit status
   */
  public static int run(List<String> words) {
    System.err.println("gantry: unknown command: " + String.join(" ", words));
    return 1;
  }
}
