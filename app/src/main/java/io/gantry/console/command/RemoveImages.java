package io.gantry.console.command;

import static io.gantry.console.line.Option.flag;

import io.gantry.console.client.DaemonException;
import io.gantry.console.client.Resource;
import io.gantry.console.line.Arguments;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.Completion;
import io.gantry.console.line.Operands;
import java.io.IOException;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** {@code rmi} (API path {@code DELETE /images/{name}}). */
final class RemoveImages {

  private RemoveImages() {}

  static ConsoleCommand command() {
    return new ConsoleCommand(
        new CommandDefinition(
            "rmi",
            "Remove one or more images",
            Operands.some("IMAGE [IMAGE...]", Completion.IMAGE),
            List.of(
                flag("f|force", "Force removal of the image"),
                flag("no-prune", "Do not delete untagged parents"))),
        RemoveImages::run);
  }

  private static int run(Session session, Arguments arguments) throws IOException {
    boolean force = arguments.flag("force");
    int status = 0;
    for (String name : arguments.operands()) {
      try {
        JsonNode steps =
            session
                .daemon()
                .delete(
                    Resource.of("/images/{}", name)
                        .with("force", force ? 1 : 0)
                        .with("noprune", arguments.flag("no-prune") ? 1 : 0));
        steps.forEach(
            step ->
                step.properties()
                    .forEach(
                        entry ->
                            session.println(entry.getKey() + ": " + entry.getValue().asString())));
      } catch (DaemonException e) {
        session.complain("Error response from daemon: " + e.getMessage());
        if (!force || !e.notFound()) {
          status = 1;
        }
      }
    }
    return status;
  }
}
