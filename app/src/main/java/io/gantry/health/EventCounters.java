package io.gantry.health;

import io.gantry.event.Event;
import io.gantry.event.EventFilter;
import io.gantry.event.EventJournal;
import io.gantry.event.EventStream;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Counts what happens, from the events since the daemon began: starts, exits, OOM kills, pulls. Has
 * one virtual thread.
 */
final class EventCounters implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final EventJournal events;
  private final Counter starts;
  private final Counter cleanExits;
  private final Counter failedExits;
  private final Counter outOfMemory;
  private final Counter pulls;
  private Optional<EventStream> stream = Optional.empty();

  EventCounters(MeterRegistry metrics, EventJournal events) {
    this.events = events;
    this.starts = counter(metrics, "gantry.container.starts", "containers started");
    this.cleanExits = exits(metrics, "success");
    this.failedExits = exits(metrics, "failure");
    this.outOfMemory =
        counter(
            metrics, "gantry.container.oom", "containers in which the OOM killer killed a process");
    this.pulls = counter(metrics, "gantry.image.pulls", "images pulled");
  }

  private static Counter exits(MeterRegistry metrics, String result) {
    return Counter.builder("gantry.container.exits")
        .description("containers that ended")
        .tag("result", result)
        .register(metrics);
  }

  private static Counter counter(MeterRegistry metrics, String name, String description) {
    return Counter.builder(name).description(description).register(metrics);
  }

  void start() {
    EventFilter filter =
        new EventFilter(
            Map.of(
                "type", Set.of("container", "image"),
                "event", Set.of("start", "die", "oom", "pull")));
    EventStream subscription = events.subscribe(filter, OptionalLong.empty(), OptionalLong.empty());
    stream = Optional.of(subscription);
    Thread.ofVirtual().name("event-counters").start(() -> count(subscription));
  }

  private void count(EventStream subscription) {
    try {
      while (!subscription.ended()) {
        subscription.next(PATIENCE).forEach(this::count);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void count(Event event) {
    switch (event.action()) {
      case "start" -> starts.increment();
      case "die" -> {
        boolean clean = "0".equals(event.attributes().get("exitCode"));
        (clean ? cleanExits : failedExits).increment();
      }
      case "oom" -> outOfMemory.increment();
      case "pull" -> pulls.increment();
      default -> {}
    }
  }

  @Override
  public void close() {
    stream.ifPresent(EventStream::close);
  }
}
