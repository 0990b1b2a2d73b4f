package io.gantry.container;

import io.gantry.error.EngineException;

/** What a client waits for ({@code POST /containers/{id}/wait}). */
public enum WaitCondition {
  NOT_RUNNING("not-running"),
  NEXT_EXIT("next-exit"),
  REMOVED("removed");

  private final String text;

  WaitCondition(String text) {
    this.text = text;
  }

  /** The condition of that name; the default for an empty one. */
  public static WaitCondition of(String text) {
    if (text.isEmpty()) {
      return NOT_RUNNING;
    }
    for (WaitCondition condition : values()) {
      if (condition.text.equals(text)) {
        return condition;
      }
    }
    throw EngineException.invalid("invalid condition: \"" + text + "\"");
  }
}
