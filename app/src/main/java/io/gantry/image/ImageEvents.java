package io.gantry.image;

import io.gantry.event.EventJournal;
import io.gantry.event.EventType;
import io.gantry.registry.Digests;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Tells the journal what happened to images, in Docker's words. */
final class ImageEvents {

  private final EventJournal journal;
  private final ImageStore images;

  ImageEvents(EventJournal journal, ImageStore images) {
    this.journal = journal;
    this.images = images;
  }

  /**
   * @param actor id or name
   * @param name attribute of that name
   */
  void publish(String action, String actor, String name) {
    Optional<Image> image =
        Digests.isDigest(actor)
            ? images.index().byId(actor)
            : images.index().byName(Reference.parse(actor));
    publish(action, actor, name, image.map(Image::labels).orElse(Map.of()));
  }

  /** For an image that is no longer there. */
  void publish(String action, String actor, String name, Map<String, String> labels) {
    Map<String, String> attributes = new HashMap<>(labels);
    attributes.put("name", name);
    journal.publish(EventType.IMAGE, action, actor, attributes);
  }

  void pruned(long reclaimed) {
    journal.publish(EventType.IMAGE, "prune", "", Map.of("reclaimed", Long.toString(reclaimed)));
  }
}
