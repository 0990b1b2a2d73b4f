package io.gantry.console.command;

import static io.gantry.console.line.Option.flag;
import static io.gantry.console.line.Option.list;
import static io.gantry.console.line.Option.value;

import io.gantry.console.client.Resource;
import io.gantry.console.format.HumanTime;
import io.gantry.console.format.Ports;
import io.gantry.console.format.Rows;
import io.gantry.console.line.Arguments;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.Operands;
import io.gantry.id.Ids;
import io.gantry.units.Durations;
import io.gantry.units.Sizes;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ps} (API path {@code /containers/json}). */
final class ListContainers {

  private static final int COMMAND_LENGTH = 20;

  private static final Map<String, String> TITLES =
      Map.ofEntries(
          Map.entry("ID", "CONTAINER ID"),
          Map.entry("Image", "IMAGE"),
          Map.entry("Command", "COMMAND"),
          Map.entry("CreatedAt", "CREATED AT"),
          Map.entry("RunningFor", "CREATED"),
          Map.entry("State", "STATE"),
          Map.entry("Status", "STATUS"),
          Map.entry("Ports", "PORTS"),
          Map.entry("Names", "NAMES"),
          Map.entry("Labels", "LABELS"),
          Map.entry("Mounts", "MOUNTS"),
          Map.entry("Networks", "NETWORKS"),
          Map.entry("Size", "SIZE"));

  private static final List<String> COLUMNS =
      List.of("ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names");

  private ListContainers() {}

  static ConsoleCommand command() {
    return new ConsoleCommand(
        new CommandDefinition(
            "ps",
            "List containers",
            Operands.NONE,
            List.of(
                flag("a|all", "Show all containers (default shows just running)"),
                list("f|filter", "filter", "Filter output based on conditions provided"),
                value("format", "string", "'table', 'table TEMPLATE', 'json' or a Go template"),
                value("n|last", "int", "Show n last created containers (includes all states)"),
                flag("l|latest", "Show the latest created container (includes all states)"),
                flag("no-trunc", "Don't truncate output"),
                flag("q|quiet", "Only display container IDs"),
                flag("s|size", "Display total file sizes"))),
        ListContainers::run);
  }

  private static int run(Session session, Arguments arguments) throws IOException {
    boolean full = arguments.flag("no-trunc");
    boolean sizes =
        arguments.flag("size") || arguments.value("format").orElse("").contains(".Size");
    Resource resource =
        Resource.of("/containers/json")
            .with("all", arguments.flag("all") ? 1 : 0)
            .with("filters", Filters.json(arguments.values("filter")));
    Optional<Long> last = arguments.flag("latest") ? Optional.of(1L) : arguments.number("last");
    resource.with("limit", last.filter(count -> count > 0));
    if (sizes) {
      resource.with("size", 1);
    }
    JsonNode containers = session.daemon().get(resource);
    if (arguments.flag("quiet") && arguments.value("format").isEmpty()) {
      containers.forEach(each -> session.println(id(each, full)));
      return 0;
    }
    Instant now = Instant.now();
    List<ObjectNode> rows = new ArrayList<>();
    containers.forEach(each -> rows.add(row(each, now, full)));
    List<String> columns = new ArrayList<>(COLUMNS);
    if (sizes) {
      columns.add("Size");
    }
    new Rows(TITLES, columns).print(arguments.value("format"), rows, session.out());
    return 0;
  }

  private static ObjectNode row(JsonNode container, Instant now, boolean full) {
    Instant created = Instant.ofEpochSecond(container.path("Created").asLong(0));
    String command = container.path("Command").asString("");
    ObjectNode row = Json.object();
    row.put("ID", id(container, full));
    row.put("Image", image(container, full));
    row.put("Command", "\"" + (full ? command : Texts.shortened(command, COMMAND_LENGTH)) + "\"");
    row.put("CreatedAt", HumanTime.local(created.getEpochSecond()));
    row.put("RunningFor", Durations.human(Duration.between(created, now)) + " ago");
    row.put("State", container.path("State").asString(""));
    row.put("Status", container.path("Status").asString(""));
    row.put("Ports", Ports.text(ports(container.path("Ports"))));
    row.put("Names", names(container.path("Names")));
    row.put("Labels", Texts.pairs(container.path("Labels")));
    row.put("Mounts", mounts(container.path("Mounts")));
    row.put(
        "Networks",
        String.join(",", container.path("NetworkSettings").path("Networks").propertyNames()));
    row.put("Size", size(container));
    return row;
  }

  private static String id(JsonNode container, boolean full) {
    String id = container.path("Id").asString("");
    return full ? id : Ids.shortened(id);
  }

  private static String image(JsonNode container, boolean full) {
    String image = container.path("Image").asString("");
    return image.startsWith("sha256:") && !full ? Ids.shortened(image) : image;
  }

  private static String names(JsonNode names) {
    List<String> texts = new ArrayList<>();
    names.forEach(name -> texts.add(name.asString("").replaceFirst("^/", "")));
    return String.join(",", texts);
  }

  private static String mounts(JsonNode mounts) {
    List<String> texts = new ArrayList<>();
    mounts.forEach(
        mount -> {
          String name = mount.path("Name").asString("");
          texts.add(name.isEmpty() ? mount.path("Source").asString("") : name);
        });
    return String.join(",", texts);
  }

  private static String size(JsonNode container) {
    long total = container.path("SizeRootFs").asLong(0);
    String own = Sizes.decimal(container.path("SizeRw").asLong(0));
    return total > 0 ? own + " (virtual " + Sizes.decimal(total) + ")" : own;
  }

  private static List<Ports.Port> ports(JsonNode ports) {
    List<Ports.Port> list = new ArrayList<>();
    ports.forEach(
        port ->
            list.add(
                new Ports.Port(
                    port.path("IP").asString(""),
                    port.path("PrivatePort").asInt(0),
                    port.path("PublicPort").asInt(0),
                    port.path("Type").asString(""))));
    return list;
  }
}
