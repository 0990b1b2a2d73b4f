package io.gantry.event;

import java.util.Locale;

/** What an event is about (API {@code EventMessage.Type}). */
public enum EventType {
  BUILDER,
  CONTAINER,
  DAEMON,
  IMAGE,
  NETWORK,
  PLUGIN,
  VOLUME;

  private final String text = name().toLowerCase(Locale.ROOT);

  /** As the API spells it. */
  public String text() {
    return text;
  }
}
