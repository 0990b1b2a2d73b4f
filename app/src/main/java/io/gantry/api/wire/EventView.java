package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.event.Event;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event (API v1.51, definitions/EventMessage). */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EventView(
    @JsonProperty("status") @Nullable String status,
    @JsonProperty("id") @Nullable String id,
    @JsonProperty("from") @Nullable String from,
    String type,
    String action,
    Actor actor,
    @JsonProperty("scope") String scope,
    @JsonProperty("time") long time,
    @JsonProperty("timeNano") long timeNano) {

  private static final long NANOS = 1_000_000_000L;

  /** What it happened to. */
  public record Actor(@JsonProperty("ID") String id, Map<String, String> attributes) {}

  /** Containers and images have their old fields too. */
  public static EventView of(Event event) {
    boolean container = event.type().equals("container");
    boolean old = container || event.type().equals("image");
    return new EventView(
        old ? event.action() : null,
        old ? event.actorId() : null,
        container ? event.attributes().get("image") : null,
        event.type(),
        event.action(),
        new Actor(event.actorId(), event.attributes()),
        event.scope(),
        Math.floorDiv(event.time(), NANOS),
        event.time());
  }
}
