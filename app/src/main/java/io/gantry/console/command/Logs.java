package io.gantry.console.command;

import static io.gantry.console.line.Option.flag;
import static io.gantry.console.line.Option.value;

import io.gantry.console.client.Daemon;
import io.gantry.console.client.Frames;
import io.gantry.console.client.Resource;
import io.gantry.console.format.HumanTime;
import io.gantry.console.line.Arguments;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.Completion;
import io.gantry.console.line.Operands;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** {@code logs} (API path {@code /containers/{id}/logs}). */
final class Logs {

  private Logs() {}

  static ConsoleCommand command() {
    return new ConsoleCommand(
        new CommandDefinition(
            "logs",
            "Fetch the logs of a container",
            Operands.of("CONTAINER", 1, 1, Completion.CONTAINER),
            List.of(
                flag("details", "Show extra details provided to logs"),
                flag("f|follow", "Follow log output"),
                value("since", "string", "Show logs since timestamp or relative (e.g. \"42m\")"),
                value("n|tail", "string", "Number of lines to show from the end of the logs"),
                flag("t|timestamps", "Show timestamps"),
                value("until", "string", "Show logs before a timestamp or relative"))),
        Logs::run);
  }

  private static int run(Session session, Arguments arguments) throws IOException {
    String name = arguments.operand(0);
    boolean tty =
        session
            .daemon()
            .get(Resource.of("/containers/{}/json", name))
            .path("Config")
            .path("Tty")
            .asBoolean(false);
    Instant now = Instant.now();
    Resource resource =
        Resource.of("/containers/{}/logs", name)
            .with("stdout", 1)
            .with("stderr", 1)
            .with("follow", arguments.flag("follow") ? 1 : 0)
            .with("details", arguments.flag("details") ? 1 : 0)
            .with("timestamps", arguments.flag("timestamps") ? 1 : 0)
            .with("tail", arguments.value("tail").orElse("all"))
            .with("since", arguments.value("since").map(text -> HumanTime.timestamp(text, now)))
            .with("until", arguments.value("until").map(text -> HumanTime.timestamp(text, now)));
    try (Daemon.Stream stream = session.daemon().stream("GET", resource)) {
      if (tty) {
        Frames.copyRaw(stream.body(), session.output());
      } else {
        Frames.copy(stream.body(), session.output(), session.errorOutput());
      }
    }
    return 0;
  }
}
