package io.gantry.console.command;

import static io.gantry.console.line.Option.list;
import static io.gantry.console.line.Option.value;

import io.gantry.console.client.Daemon;
import io.gantry.console.client.Resource;
import io.gantry.console.format.HumanTime;
import io.gantry.console.format.Template;
import io.gantry.console.line.Arguments;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.Operands;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** {@code events} (API path {@code /events}). */
final class Events {

  private static final long NANOS = 1_000_000_000L;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.nnnnnnnnnXXX", Locale.ROOT);

  private Events() {}

  static ConsoleCommand command() {
    return new ConsoleCommand(
        new CommandDefinition(
            "events",
            "Get real time events from the server",
            Operands.NONE,
            List.of(
                list("f|filter", "filter", "Filter output based on conditions provided"),
                value("format", "string", "'json' or a Go template"),
                value("since", "string", "Show all events created since timestamp"),
                value("until", "string", "Stream events until this timestamp"))),
        Events::run);
  }

  private static int run(Session session, Arguments arguments) throws IOException {
    Instant now = Instant.now();
    Resource resource =
        Resource.of("/events")
            .with("filters", Filters.json(arguments.values("filter")))
            .with("since", arguments.value("since").map(text -> HumanTime.timestamp(text, now)))
            .with("until", arguments.value("until").map(text -> HumanTime.timestamp(text, now)));
    Optional<String> format = arguments.value("format");
    boolean json = format.filter("json"::equals).isPresent();
    Optional<Template> template = json ? Optional.empty() : format.map(Template::parse);
    try (Daemon.Stream stream = session.daemon().stream("GET", resource)) {
      stream.forEach(
          event -> {
            String line =
                json
                    ? Json.MAPPER.writeValueAsString(event)
                    : template.map(each -> each.apply(event)).orElseGet(() -> text(event));
            session.println(line);
            session.output().flush();
          });
    }
    return 0;
  }

  private static String text(JsonNode event) {
    long nanos = event.path("timeNano").asLong(0);
    Instant time = Instant.ofEpochSecond(nanos / NANOS, nanos % NANOS);
    JsonNode actor = event.path("Actor");
    List<String> attributes =
        actor.path("Attributes").properties().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue().asString(""))
            .sorted()
            .toList();
    return TIME.format(time.atZone(ZoneId.systemDefault()))
        + " "
        + event.path("Type").asString("")
        + " "
        + event.path("Action").asString("")
        + " "
        + actor.path("ID").asString("")
        + (attributes.isEmpty() ? "" : " (" + String.join(", ", attributes) + ")");
  }
}
