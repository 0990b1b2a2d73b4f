package io.gantry.console.command;

/** Ids as they are shown. */
final class Ids {

  private static final int SHORT = 12;

  private Ids() {}

  /** The whole id, or its first twelve digits without the algorithm. */
  static String text(String id, boolean full) {
    if (full) {
      return id;
    }
    String digits = id.substring(id.indexOf(':') + 1);
    return digits.length() <= SHORT ? digits : digits.substring(0, SHORT);
  }
}
