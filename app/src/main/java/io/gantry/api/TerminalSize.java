package io.gantry.api;

import io.gantry.api.http.Query;
import io.gantry.error.EngineException;

/** The parameters {@code h} and {@code w} of a resize. */
record TerminalSize(int rows, int columns) {

  private static final long UINT32 = 0xffff_ffffL;

  static TerminalSize of(Query query) {
    return new TerminalSize(number("height", query.text("h")), number("width", query.text("w")));
  }

  private static int number(String what, String text) {
    if (!text.matches("[0-9]+")) {
      boolean negative = text.matches("-[0-9]+");
      throw wrong(what, text, negative ? "value out of range" : "invalid syntax");
    }
    try {
      long value = Long.parseLong(text);
      if (value <= UINT32) {
        return (int) Math.min(value, Integer.MAX_VALUE);
      }
    } catch (NumberFormatException e) {
      throw wrong(what, text, "value out of range");
    }
    throw wrong(what, text, "value out of range");
  }

  private static EngineException wrong(String what, String text, String why) {
    return EngineException.invalid("invalid resize " + what + " \"" + text + "\": " + why);
  }
}
