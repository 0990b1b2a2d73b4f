package io.gantry.container.index;

import io.gantry.container.record.Container;
import io.gantry.event.Event;
import io.gantry.event.EventFilter;
import io.gantry.event.EventJournal;
import io.gantry.event.EventStream;
import io.gantry.event.EventType;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.stereotype.Component;

/**
 * Tells what happens to containers, with the attributes Docker gives: image, name and the labels.
 */
@Component
public final class ContainerEvents {

  private final EventJournal journal;

  public ContainerEvents(EventJournal journal) {
    this.journal = journal;
  }

  public void publish(Container container, String action) {
    publish(container, action, Map.of());
  }

  public void publish(Container container, String action, Map<String, String> more) {
    Map<String, String> attributes = new TreeMap<>(container.config().labels());
    attributes.put("image", container.config().image());
    attributes.put("name", container.name());
    attributes.putAll(more);
    journal.publish(EventType.CONTAINER, action, container.id(), attributes);
  }

  /** The containers of which an action was told since then, and when last. */
  public Map<String, Instant> toldSince(String action, Instant since) {
    Map<String, Instant> told = new HashMap<>();
    EventFilter filter =
        new EventFilter(
            Map.of("type", Set.of(EventType.CONTAINER.text()), "event", Set.of(action)));
    try (EventStream events =
        journal.subscribe(
            filter, OptionalLong.of(nanos(since)), OptionalLong.of(nanos(Instant.now())))) {
      while (!events.ended()) {
        for (Event event : events.next(Duration.ofSeconds(1))) {
          told.put(event.actorId(), Instant.ofEpochSecond(0, event.time()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return told;
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }

  /** A prune of containers gave back so many bytes. */
  public void pruned(long bytes) {
    journal.publish(EventType.CONTAINER, "prune", "", Map.of("reclaimed", Long.toString(bytes)));
  }
}
