package io.gantry.console.command;

import static io.gantry.console.line.Option.value;

import io.gantry.console.client.Resource;
import io.gantry.console.format.Template;
import io.gantry.console.line.Arguments;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.Operands;
import io.gantry.units.Sizes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** {@code info} (API path {@code /info}). */
final class Info {

  /** The lines that are a field of the answer each, in order. */
  private static final Map<String, String> HEAD = new LinkedHashMap<>();

  private static final Map<String, String> MIDDLE = new LinkedHashMap<>();
  private static final Map<String, String> TAIL = new LinkedHashMap<>();

  static {
    HEAD.put("Containers", "Containers");
    HEAD.put(" Running", "ContainersRunning");
    HEAD.put(" Paused", "ContainersPaused");
    HEAD.put(" Stopped", "ContainersStopped");
    HEAD.put("Images", "Images");
    HEAD.put("Server Version", "ServerVersion");
    HEAD.put("Storage Driver", "Driver");
    MIDDLE.put("Logging Driver", "LoggingDriver");
    MIDDLE.put("Cgroup Driver", "CgroupDriver");
    MIDDLE.put("Cgroup Version", "CgroupVersion");
    TAIL.put("Default Runtime", "DefaultRuntime");
    TAIL.put("Init Binary", "InitBinary");
    TAIL.put("Kernel Version", "KernelVersion");
    TAIL.put("Operating System", "OperatingSystem");
    TAIL.put("OSType", "OSType");
    TAIL.put("Architecture", "Architecture");
    TAIL.put("CPUs", "NCPU");
    TAIL.put("Name", "Name");
    TAIL.put("ID", "ID");
    TAIL.put("Docker Root Dir", "DockerRootDir");
    TAIL.put("HTTP Proxy", "HttpProxy");
    TAIL.put("HTTPS Proxy", "HttpsProxy");
    TAIL.put("No Proxy", "NoProxy");
    TAIL.put("Debug Mode", "Debug");
    TAIL.put("Experimental", "ExperimentalBuild");
    TAIL.put("Live Restore Enabled", "LiveRestoreEnabled");
  }

  private final JsonNode info;
  private final List<String> lines = new ArrayList<>();

  private Info(JsonNode info) {
    this.info = info;
  }

  static ConsoleCommand command() {
    return new ConsoleCommand(
        new CommandDefinition(
            "info",
            "Display system-wide information",
            Operands.NONE,
            List.of(value("f|format", "string", "'json' or a Go template"))),
        Info::run);
  }

  private static int run(Session session, Arguments arguments) throws IOException {
    JsonNode info = session.daemon().get(Resource.of("/info"));
    Optional<String> format = arguments.value("format");
    if (format.filter("json"::equals).isPresent()) {
      session.println(Json.MAPPER.writeValueAsString(info));
    } else if (format.isPresent()) {
      session.println(Template.parse(format.get()).apply(info));
    } else {
      new Info(info).text().forEach(session::println);
      info.path("Warnings").forEach(warning -> session.complain(warning.asString("")));
    }
    return 0;
  }

  private List<String> text() {
    fields(HEAD);
    info.path("DriverStatus")
        .forEach(
            row -> lines.add(" " + row.path(0).asString("") + ": " + row.path(1).asString("")));
    fields(MIDDLE);
    lines.add("Plugins:");
    info.path("Plugins").properties().forEach(kind -> list(" " + kind.getKey(), kind.getValue()));
    lines.add("Runtimes: " + String.join(" ", info.path("Runtimes").propertyNames()));
    list("Security Options", info.path("SecurityOptions"));
    fields(TAIL);
    lines.add("Total Memory: " + Sizes.binary(info.path("MemTotal").asLong(0)));
    list("Labels", info.path("Labels"));
    list("Registry Mirrors", info.path("RegistryConfig").path("Mirrors"));
    list("Insecure Registries", info.path("RegistryConfig").path("InsecureRegistryCIDRs"));
    return lines;
  }

  private void fields(Map<String, String> fields) {
    fields.forEach(
        (title, field) -> {
          String value = info.path(field).asString("");
          if (!value.isEmpty()) {
            lines.add(title + ": " + value);
          }
        });
  }

  private void list(String title, JsonNode values) {
    List<String> texts = new ArrayList<>();
    values.forEach(value -> texts.add(value.asString("")));
    if (!texts.isEmpty()) {
      lines.add(title + ": " + String.join(" ", texts));
    }
  }
}
