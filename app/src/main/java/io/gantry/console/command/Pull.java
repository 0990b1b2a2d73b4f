package io.gantry.console.command;

import static io.gantry.console.line.Option.flag;
import static io.gantry.console.line.Option.value;

import io.gantry.console.client.Daemon;
import io.gantry.console.client.Resource;
import io.gantry.console.line.Arguments;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.Completion;
import io.gantry.console.line.Operands;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** {@code pull} (API path {@code /images/create}). */
final class Pull {

  private Pull() {}

  static ConsoleCommand command() {
    return new ConsoleCommand(
        new CommandDefinition(
            "pull",
            "Download an image from a registry",
            Operands.of("NAME[:TAG|@DIGEST]", 1, 1, Completion.IMAGE),
            List.of(
                flag("a|all-tags", "Download all tagged images in the repository"),
                value("platform", "string", "Set platform if server is multi-platform capable"),
                flag("q|quiet", "Suppress verbose output"))),
        Pull::run);
  }

  private static int run(Session session, Arguments arguments) throws IOException {
    ImageName image = ImageName.of(arguments.operand(0));
    boolean quiet = arguments.flag("quiet");
    if (arguments.flag("all-tags")) {
      image = image.withoutTag();
    } else if (image.isUntagged() && !quiet) {
      session.println("Using default tag: latest");
      session.out().flush();
    }
    pull(
        session,
        arguments.flag("all-tags") ? image : image.tagged(),
        arguments.value("platform"),
        quiet ? Optional.empty() : Optional.of(session.out()));
    session.println(image.tagged().canonical());
    return 0;
  }

  /**
   * Pulls an image.
   *
   * @param progress where lines about it go, if anywhere
   */
  static void pull(
      Session session, ImageName image, Optional<String> platform, Optional<PrintStream> progress)
      throws IOException {
    Resource resource =
        Resource.of("/images/create")
            .with("fromImage", image.repository())
            .with("tag", image.tag())
            .with("platform", platform);
    Map<String, String> fields =
        RegistryLogin.of(image.registry(), System.getenv())
            .map(login -> Map.of("X-Registry-Auth", login))
            .orElse(Map.of());
    try (Daemon.Stream stream = session.daemon().stream("POST", resource, fields)) {
      stream.forEach(message -> report(message, progress));
    }
  }

  /** Progress of single layers would need a terminal; what is left are the steps. */
  private static void report(JsonNode message, Optional<PrintStream> progress) throws IOException {
    String error = message.path("error").asString("");
    if (!error.isEmpty()) {
      throw new IOException(error);
    }
    if (progress.isEmpty() || !message.path("progressDetail").path("current").isMissingNode()) {
      return;
    }
    String id = message.path("id").asString("");
    String status = message.path("status").asString("");
    progress.get().print((id.isEmpty() ? "" : id + ": ") + status + "\n");
    progress.get().flush();
  }
}
