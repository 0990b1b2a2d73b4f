package io.gantry.console.command;

import tools.jackson.databind.JsonNode;

/** Pieces of text in a cell. */
final class Texts {

  private Texts() {}

  /** At most so many characters, the last one an ellipsis if there were more. */
  static String shortened(String text, int length) {
    if (text.codePointCount(0, text.length()) <= length) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, length - 1)) + "…";
  }

  /** An object of strings as {@code a=b,c=d}. */
  static String pairs(JsonNode object) {
    return String.join(
        ",",
        object.properties().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue().asString(""))
            .toList());
  }
}
