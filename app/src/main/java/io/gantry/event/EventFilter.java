package io.gantry.event;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which events a client wants (API {@code GET /events}, {@code filters}): for each key the values
 * one of which must match; keys are joined by and. Matching is Docker's (moby {@code
 * daemon/events/filter.go}): ids and names by prefix, images with or without tag, labels as {@code
 * key} or {@code key=value}. Keys Docker does not know match everything.
 */
public record EventFilter(Map<String, Set<String>> values) {

  private static final EventFilter ALL = new EventFilter(Map.of());
  private static final Set<String> ACTIONS_WITH_DETAILS =
      Set.of("health_status", "exec_create", "exec_start");
  private static final Set<String> NAMED_OBJECTS =
      Set.of(
          "daemon",
          "container",
          "plugin",
          "volume",
          "network",
          "node",
          "service",
          "secret",
          "config");

  /** Every event. */
  public static EventFilter all() {
    return ALL;
  }

  public boolean matches(Event event) {
    if (values.isEmpty()) {
      return true;
    }
    return matchesAction(event.action())
        && exactly("type", event.type())
        && exactly("scope", event.scope())
        && NAMED_OBJECTS.stream()
            .allMatch(
                key ->
                    byPrefix(key, event.actorId()) || byPrefix(key, event.attributes().get("name")))
        && matchesImage(event)
        && matchesLabels(event.attributes());
  }

  private boolean matchesAction(String action) {
    Set<String> wanted = values.get("event");
    return wanted != null && wanted.stream().anyMatch(ACTIONS_WITH_DETAILS::contains)
        ? byPrefix("event", action)
        : exactly("event", action);
  }

  private boolean matchesImage(Event event) {
    String name = event.attributes().get(event.type().equals("image") ? "name" : "image");
    return exactly("image", event.actorId())
        || exactly("image", name)
        || exactly("image", withoutTag(event.actorId()))
        || exactly("image", withoutTag(name));
  }

  private boolean matchesLabels(Map<String, String> attributes) {
    Set<String> wanted = values.get("label");
    if (wanted == null) {
      return true;
    }
    for (String label : wanted) {
      int equals = label.indexOf('=');
      String value = attributes.get(equals < 0 ? label : label.substring(0, equals));
      if (value == null || equals >= 0 && !value.equals(label.substring(equals + 1))) {
        return false;
      }
    }
    return true;
  }

  private boolean exactly(String key, @Nullable String value) {
    Set<String> wanted = values.get(key);
    return wanted == null || value != null && wanted.contains(value);
  }

  private boolean byPrefix(String key, @Nullable String value) {
    Set<String> wanted = values.get(key);
    return wanted == null || value != null && wanted.stream().anyMatch(value::startsWith);
  }

  /** The name without tag and digest; a port in the registry's name is not a tag. */
  private static @Nullable String withoutTag(@Nullable String image) {
    if (image == null) {
      return null;
    }
    int digest = image.indexOf('@');
    String name = digest < 0 ? image : image.substring(0, digest);
    int colon = name.lastIndexOf(':');
    return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
  }
}
