package io.gantry.console.command;

import static io.gantry.console.line.Option.flag;
import static io.gantry.console.line.Option.list;
import static io.gantry.console.line.Option.value;

import io.gantry.console.client.Resource;
import io.gantry.console.format.HumanTime;
import io.gantry.console.format.Rows;
import io.gantry.console.line.Arguments;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.Completion;
import io.gantry.console.line.Operands;
import io.gantry.id.Ids;
import io.gantry.units.Durations;
import io.gantry.units.Sizes;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code images} (API path {@code /images/json}). */
final class ListImages {

  private static final String NONE = "<none>";

  private static final Map<String, String> TITLES =
      Map.of(
          "Repository", "REPOSITORY",
          "Tag", "TAG",
          "Digest", "DIGEST",
          "ID", "IMAGE ID",
          "CreatedSince", "CREATED",
          "CreatedAt", "CREATED AT",
          "Size", "SIZE");

  private ListImages() {}

  static ConsoleCommand command() {
    return new ConsoleCommand(
        new CommandDefinition(
            "images",
            "List images",
            Operands.of("[REPOSITORY[:TAG]]", 0, 1, Completion.IMAGE),
            List.of(
                flag("a|all", "Show all images (default hides intermediate images)"),
                flag("digests", "Show digests"),
                list("f|filter", "filter", "Filter output based on conditions provided"),
                value("format", "string", "'table', 'table TEMPLATE', 'json' or a Go template"),
                flag("no-trunc", "Don't truncate output"),
                flag("q|quiet", "Only show image IDs"))),
        ListImages::run);
  }

  private static int run(Session session, Arguments arguments) throws IOException {
    boolean full = arguments.flag("no-trunc");
    List<String> filters = new ArrayList<>(arguments.values("filter"));
    arguments.operands().forEach(reference -> filters.add("reference=" + reference));
    JsonNode images =
        session
            .daemon()
            .get(
                Resource.of("/images/json")
                    .with("all", arguments.flag("all") ? 1 : 0)
                    .with("filters", Filters.json(filters)));
    boolean digests = arguments.flag("digests");
    Instant now = Instant.now();
    List<ObjectNode> rows = new ArrayList<>();
    images.forEach(image -> rows.addAll(rows(image, now, digests, full)));
    if (arguments.flag("quiet") && arguments.value("format").isEmpty()) {
      rows.stream().map(row -> row.path("ID").asString("")).forEach(session::println);
      return 0;
    }
    new Rows(
            TITLES,
            digests
                ? List.of("Repository", "Tag", "Digest", "ID", "CreatedSince", "Size")
                : List.of("Repository", "Tag", "ID", "CreatedSince", "Size"))
        .print(arguments.value("format"), rows, session.out());
    return 0;
  }

  /** A row for each name of the image. */
  private static List<ObjectNode> rows(JsonNode image, Instant now, boolean digests, boolean full) {
    Map<String, String> digestOf = new LinkedHashMap<>();
    image
        .path("RepoDigests")
        .forEach(
            name -> {
              String text = name.asString("");
              int at = text.indexOf('@');
              if (at > 0 && !text.startsWith(NONE)) {
                digestOf.put(text.substring(0, at), text.substring(at + 1));
              }
            });
    List<ObjectNode> rows = new ArrayList<>();
    for (JsonNode name : image.path("RepoTags")) {
      String text = name.asString("");
      int colon = text.lastIndexOf(':');
      if (colon < 1) {
        continue;
      }
      String repository = text.substring(0, colon);
      String digest = digestOf.getOrDefault(repository, NONE);
      rows.add(row(image, repository, text.substring(colon + 1), digest, now, full));
    }
    if (rows.isEmpty()) {
      digestOf.forEach(
          (repository, digest) ->
              rows.add(row(image, repository, NONE, digests ? digest : NONE, now, full)));
    }
    if (rows.isEmpty()) {
      rows.add(row(image, NONE, NONE, NONE, now, full));
    }
    return rows;
  }

  private static ObjectNode row(
      JsonNode image, String repository, String tag, String digest, Instant now, boolean full) {
    Instant created = Instant.ofEpochSecond(image.path("Created").asLong(0));
    String id = image.path("Id").asString("");
    ObjectNode row = Json.object();
    row.put("Repository", repository);
    row.put("Tag", tag);
    row.put("Digest", digest);
    row.put("ID", full ? id : Ids.shortened(id));
    row.put("CreatedSince", Durations.human(Duration.between(created, now)) + " ago");
    row.put("CreatedAt", HumanTime.local(created.getEpochSecond()));
    row.put("Size", Sizes.decimal(image.path("Size").asLong(0)));
    return row;
  }
}
