package io.gantry.console.command;

import static io.gantry.console.line.Option.value;

import io.gantry.console.client.Daemon;
import io.gantry.console.client.NoDaemonException;
import io.gantry.console.client.Resource;
import io.gantry.console.format.Template;
import io.gantry.console.line.Arguments;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.Operands;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code version} (API path {@code /version}). */
public final class Version {

  private Version() {}

  static ConsoleCommand command() {
    return new ConsoleCommand(
        new CommandDefinition(
            "version",
            "Show the Gantry version information",
            Operands.NONE,
            List.of(value("f|format", "string", "'json' or a Go template"))),
        Version::run);
  }

  /** The version of the console. */
  public static String own() {
    return Objects.requireNonNullElse(
        Version.class.getPackage().getImplementationVersion(), "development");
  }

  private static ObjectNode client() {
    ObjectNode client = Json.object();
    client.put("Version", own());
    client.put("ApiVersion", Daemon.API_VERSION);
    client.put("JavaVersion", Runtime.version().toString());
    client.put("Os", "linux");
    client.put("Arch", System.getProperty("os.arch", ""));
    return client;
  }

  /** The console's own version is told even if there is no daemon. */
  private static int run(Session session, Arguments arguments) throws IOException {
    ObjectNode all = Json.object();
    all.set("Client", client());
    Optional<NoDaemonException> failure = Optional.empty();
    try {
      all.set("Server", session.daemon().get(Resource.of("/version")));
    } catch (NoDaemonException e) {
      failure = Optional.of(e);
      all.putNull("Server");
    }
    Optional<String> format = arguments.value("format");
    if (format.filter("json"::equals).isPresent()) {
      session.println(Json.MAPPER.writeValueAsString(all));
    } else if (format.isPresent()) {
      session.println(Template.parse(format.get()).apply(all));
    } else {
      print(session, all);
    }
    session.out().flush();
    if (failure.isPresent()) {
      throw failure.get();
    }
    return 0;
  }

  private static void print(Session session, JsonNode all) {
    JsonNode client = all.path("Client");
    session.println("Client:");
    row(session, "Version", client.path("Version"));
    row(session, "API version", client.path("ApiVersion"));
    row(session, "Java version", client.path("JavaVersion"));
    session.println(
        " %-18s %s/%s"
            .formatted(
                "OS/Arch:", client.path("Os").asString(""), client.path("Arch").asString("")));
    JsonNode server = all.path("Server");
    if (server.isNull()) {
      return;
    }
    session.println("\nServer:");
    for (JsonNode component : server.path("Components")) {
      session.println(" " + component.path("Name").asString("") + ":");
      row(session, " Version", component.path("Version"));
      JsonNode details = component.path("Details");
      JsonNode api = details.path("ApiVersion");
      if (!api.isMissingNode()) {
        session.println(
            " %-18s %s (minimum version %s)"
                .formatted(
                    " API version:", api.asString(""), details.path("MinAPIVersion").asString("")));
      }
      row(session, " Git commit", details.path("GitCommit"));
      row(session, " Built", details.path("BuildTime"));
      row(session, " Kernel version", details.path("KernelVersion"));
    }
  }

  private static void row(Session session, String title, JsonNode value) {
    String text = value.asString("");
    if (!text.isEmpty()) {
      session.println(" %-18s %s".formatted(title + ":", text));
    }
  }
}
