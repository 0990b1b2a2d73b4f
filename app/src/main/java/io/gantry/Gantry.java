package io.gantry;

import io.gantry.console.Console;
import java.util.List;

/**
 * One program, two roles, told apart by the first word: {@code daemon} is the engine, everything
 * else a command of the console. Neither role loads the other's classes.
 */
public final class Gantry {

  private Gantry() {}

  public static void main(String[] arguments) {
    List<String> words = List.of(arguments);
    if (!words.isEmpty() && words.getFirst().equals("daemon")) {
      Daemon.run(words.subList(1, words.size()));
    } else {
      System.exit(Console.run(words));
    }
  }
}
