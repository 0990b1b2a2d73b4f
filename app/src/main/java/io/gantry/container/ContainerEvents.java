package io.gantry.container;

import io.gantry.event.EventJournal;
import io.gantry.event.EventType;
import java.util.Map;
import java.util.TreeMap;

/**
 * Tells what happens to containers, with the attributes Docker gives: image, name and the labels.
 */
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

  /** A prune of containers gave back so many bytes. */
  void pruned(long bytes) {
    journal.publish(EventType.CONTAINER, "prune", "", Map.of("reclaimed", Long.toString(bytes)));
  }
}
