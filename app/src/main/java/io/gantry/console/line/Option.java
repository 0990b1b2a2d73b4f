package io.gantry.console.line;

import java.util.Optional;

/**
 * An option a command takes.
 *
 * @param shortName the letter of the short form, if there is one
 * @param name the long form, without dashes
 * @param kind how often and with what it may be given
 * @param placeholder what the help calls the value; empty for a flag
 * @param help one line
 * @param completion what the value may be
 */
public record Option(
    Optional<Character> shortName,
    String name,
    Kind kind,
    String placeholder,
    String help,
    Completion completion) {

  /** What follows an option. */
  public enum Kind {
    /** Nothing, or {@code =true} and {@code =false}. */
    FLAG,
    /** One value; the last one given counts. */
    VALUE,
    /** A value each time it is given; all of them count. */
    LIST
  }

  /** A flag: {@code "a|all"} or {@code "all"}. */
  public static Option flag(String names, String help) {
    return of(names, Kind.FLAG, "", help);
  }

  /** An option with a value. */
  public static Option value(String names, String placeholder, String help) {
    return of(names, Kind.VALUE, placeholder, help);
  }

  /** An option that may be given many times. */
  public static Option list(String names, String placeholder, String help) {
    return of(names, Kind.LIST, placeholder, help);
  }

  private static Option of(String names, Kind kind, String placeholder, String help) {
    int bar = names.indexOf('|');
    Optional<Character> letter = bar < 0 ? Optional.empty() : Optional.of(names.charAt(0));
    return new Option(letter, names.substring(bar + 1), kind, placeholder, help, Completion.NONE);
  }

  /** The same option, whose value can be completed. */
  public Option completing(Completion values) {
    return new Option(shortName, name, kind, placeholder, help, values);
  }
}
