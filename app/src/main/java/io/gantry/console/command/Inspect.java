package io.gantry.console.command;

import static io.gantry.console.line.Option.flag;
import static io.gantry.console.line.Option.value;

import io.gantry.console.client.DaemonException;
import io.gantry.console.client.Resource;
import io.gantry.console.format.Template;
import io.gantry.console.line.Arguments;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.Completion;
import io.gantry.console.line.Operands;
import io.gantry.console.line.UsageException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** {@code inspect}: an object of any kind, found by name or id. */
final class Inspect {

  private static final Map<String, String> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put("container", "/containers/{}/json");
    KINDS.put("image", "/images/{}/json");
    KINDS.put("network", "/networks/{}");
    KINDS.put("volume", "/volumes/{}");
  }

  private static final DefaultIndenter INDENT = new DefaultIndenter("    ", "\n");
  private static final DefaultPrettyPrinter PRINTER =
      new DefaultPrettyPrinter(
              Separators.createDefaultInstance()
                  .withObjectNameValueSpacing(Separators.Spacing.AFTER)
                  .withObjectEmptySeparator("")
                  .withArrayEmptySeparator(""))
          .withArrayIndenter(INDENT)
          .withObjectIndenter(INDENT);

  private Inspect() {}

  static ConsoleCommand command() {
    return new ConsoleCommand(
        new CommandDefinition(
            "inspect",
            "Return low-level information on Gantry objects",
            Operands.some("NAME|ID [NAME|ID...]", Completion.CONTAINER_OR_IMAGE),
            List.of(
                value("f|format", "string", "'json' or a Go template"),
                flag("s|size", "Display total file sizes if the type is container"),
                value("type", "string", "Only inspect objects of the given type"))),
        Inspect::run);
  }

  private static int run(Session session, Arguments arguments) throws IOException {
    Optional<String> type = arguments.value("type");
    if (type.isPresent() && !KINDS.containsKey(type.get())) {
      throw new UsageException("\"" + type.get() + "\" is not a valid value for --type");
    }
    Optional<Template> template =
        arguments.value("format").filter(format -> !format.equals("json")).map(Template::parse);
    boolean compact = arguments.value("format").filter("json"::equals).isPresent();
    ArrayNode found = Json.MAPPER.createArrayNode();
    int status = 0;
    for (String name : arguments.operands()) {
      Optional<JsonNode> object = find(session, type, name, arguments.flag("size"));
      if (object.isEmpty()) {
        String what = type.orElse("object");
        session.complain("Error: No such " + what + ": " + name);
        status = 1;
      } else if (template.isPresent()) {
        session.println(template.get().apply(object.get()));
      } else {
        found.add(object.get());
      }
    }
    if (compact) {
      session.println(Json.MAPPER.writeValueAsString(found));
    } else if (template.isEmpty()) {
      session.println(Json.MAPPER.writer().with(PRINTER).writeValueAsString(found));
    }
    return status;
  }

  private static Optional<JsonNode> find(
      Session session, Optional<String> type, String name, boolean size) throws IOException {
    for (Map.Entry<String, String> kind : KINDS.entrySet()) {
      if (type.filter(only -> !only.equals(kind.getKey())).isPresent()) {
        continue;
      }
      Resource resource = Resource.of(kind.getValue(), name);
      if (size && kind.getKey().equals("container")) {
        resource.with("size", 1);
      }
      try {
        return Optional.of(session.daemon().get(resource));
      } catch (DaemonException e) {
        // A name that no object of this kind can have is not an object of this kind.
        if (!e.notFound() && e.status() != 400) {
          throw e;
        }
      }
    }
    return Optional.empty();
  }
}
