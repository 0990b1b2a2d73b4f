package io.gantry.event;

import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;

/** Signatures only for the moment. */
public final class EventJournal implements AutoCloseable {

  /**
   * @param directory for the history; made when absent
   * @param limit how many bytes the history may take
   */
  public EventJournal(Path directory, long limit) {
    throw new UnsupportedOperationException(directory + " " + limit);
  }

  /** Tells all subscribers and writes it down, both later and in order. Takes microseconds and never waits for a subscriber or the disk. */
  public Event publish(EventType type, String action, String actorId, Map<String, String> attributes) {
    throw new UnsupportedOperationException(type + action + actorId + attributes);
  }

  /**
   * Events from now on, or from the past on.
   *
   * @param since first the events of this time or later, in nanoseconds since 1970, as far as the history reaches
   * @param until ends with the last event of this time or earlier; without {@code since} the history is read from its beginning
   */
  public EventStream subscribe(EventFilter filter, OptionalLong since, OptionalLong until) {
    throw new UnsupportedOperationException(filter + " " + since + until);
  }

  @Override
  public void close() {}
}
