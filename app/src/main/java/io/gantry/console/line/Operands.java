package io.gantry.console.line;

/**
 * The words of a command that are no options.
 *
 * @param synopsis how the help writes them; empty for none
 * @param least how many there must be
 * @param most how many there may be
 * @param completion what the first of them, or each, names
 * @param endOptions the first one ends the options: what follows belongs to the program to be run
 */
public record Operands(
    String synopsis, int least, int most, Completion completion, boolean endOptions) {

  public static final Operands NONE = new Operands("", 0, 0, Completion.NONE, false);

  /** From {@code least} to {@code most} of them. */
  public static Operands of(String synopsis, int least, int most, Completion completion) {
    return new Operands(synopsis, least, most, completion, false);
  }

  /** At least one. */
  public static Operands some(String synopsis, Completion completion) {
    return of(synopsis, 1, Integer.MAX_VALUE, completion);
  }

  /** At least {@code least}, and options only before the first. */
  public static Operands program(String synopsis, int least, Completion completion) {
    return new Operands(synopsis, least, Integer.MAX_VALUE, completion, true);
  }
}
