package io.gantry.container;

import io.gantry.container.record.Container;
import io.gantry.error.EngineException;
import java.util.List;
import java.util.Locale;

/** Signals by Docker's names and numbers. */
final class Signal {

  static final int KILL = 9;
  static final int TERM = 15;
  private static final int RTMIN = 34;
  private static final int RTMAX = 64;
  private static final List<String> NAMES =
      List.of(
          "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV",
          "USR2", "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU",
          "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

  private Signal() {}

  /**
   * The number of a signal.
   *
   * @param text a number, or a name with or without SIG
   */
  static int parse(String text) {
    try {
      int number = Integer.parseInt(text);
      if (number > 0 && number <= RTMAX) {
        return number;
      }
      throw EngineException.invalid(
          number == 0
              ? "invalid signal: " + text
              : "the linux daemon does not support signal " + text);
    } catch (NumberFormatException e) {
      return named(text);
    }
  }

  private static int named(String text) {
    String name = text.toUpperCase(Locale.ROOT);
    name = name.startsWith("SIG") ? name.substring(3) : name;
    int number =
        switch (name) {
          case "IOT" -> 6;
          case "CLD" -> 17;
          case "POLL" -> 29;
          case "UNUSED" -> 31;
          case "RTMIN" -> RTMIN;
          case "RTMAX" -> RTMAX;
          default -> NAMES.indexOf(name);
        };
    if (number <= 0 && (name.startsWith("RTMIN+") || name.startsWith("RTMAX-"))) {
      number = realTime(name);
    }
    if (number <= 0) {
      throw EngineException.invalid("invalid signal: " + text);
    }
    return number;
  }

  private static int realTime(String name) {
    try {
      int offset = Integer.parseInt(name.substring(6));
      int number = name.startsWith("RTMIN") ? RTMIN + offset : RTMAX - offset;
      return offset >= 0 && number >= RTMIN && number <= RTMAX ? number : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** What a container is stopped with. */
  static int toStop(Container container) {
    String configured = container.config().stopSignal();
    return configured.isEmpty() ? TERM : parse(configured);
  }
}
