package io.gantry.console.command;

import static io.gantry.console.line.Option.flag;
import static io.gantry.console.line.Option.value;

import io.gantry.console.client.DaemonException;
import io.gantry.console.client.Resource;
import io.gantry.console.line.Arguments;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.Completion;
import io.gantry.console.line.Operands;
import io.gantry.console.line.UsageException;
import java.io.IOException;
import java.util.List;

/** {@code start}, {@code stop} and {@code rm}: one request for each container named. */
final class Lifecycle {

  private static final String CONTAINERS = "CONTAINER [CONTAINER...]";

  private Lifecycle() {}

  static ConsoleCommand start() {
    return new ConsoleCommand(
        new CommandDefinition(
            "start",
            "Start one or more stopped containers",
            Operands.some(CONTAINERS, Completion.STOPPED_CONTAINER),
            List.of(
                flag("a|attach", "Attach STDOUT/STDERR and forward signals"),
                value("detach-keys", "string", "Override the key sequence for detaching"),
                flag("i|interactive", "Attach container's STDIN"))),
        Lifecycle::runStart);
  }

  static ConsoleCommand stop() {
    return new ConsoleCommand(
        new CommandDefinition(
            "stop",
            "Stop one or more running containers",
            Operands.some(CONTAINERS, Completion.RUNNING_CONTAINER),
            List.of(
                value("s|signal", "string", "Signal to send to the container"),
                value("t|time", "int", "Seconds to wait before killing the container"),
                value("timeout", "int", "The same as --time"))),
        (session, arguments) ->
            each(
                session,
                arguments,
                name ->
                    session
                        .daemon()
                        .post(
                            Resource.of("/containers/{}/stop", name)
                                .with("signal", arguments.value("signal"))
                                .with(
                                    "t",
                                    arguments
                                        .number("timeout")
                                        .or(() -> arguments.number("time"))))));
  }

  static ConsoleCommand remove() {
    return new ConsoleCommand(
        new CommandDefinition(
            "rm",
            "Remove one or more containers",
            Operands.some(CONTAINERS, Completion.CONTAINER),
            List.of(
                flag("f|force", "Force the removal of a running container (uses SIGKILL)"),
                flag("l|link", "Remove the specified link"),
                flag("v|volumes", "Remove anonymous volumes associated with the container"))),
        Lifecycle::runRemove);
  }

  private static int runStart(Session session, Arguments arguments) throws IOException {
    if (!arguments.flag("attach") && !arguments.flag("interactive")) {
      return each(
          session,
          arguments,
          name -> session.daemon().post(Resource.of("/containers/{}/start", name)));
    }
    if (arguments.operands().size() > 1) {
      throw new UsageException("you cannot start and attach multiple containers at once", 1);
    }
    return Attachment.toExisting(session, arguments);
  }

  private static int runRemove(Session session, Arguments arguments) throws IOException {
    boolean force = arguments.flag("force");
    return each(
        session,
        arguments,
        name -> {
          try {
            session
                .daemon()
                .delete(
                    Resource.of("/containers/{}", name.replaceFirst("^/", ""))
                        .with("force", force ? 1 : 0)
                        .with("link", arguments.flag("link") ? 1 : 0)
                        .with("v", arguments.flag("volumes") ? 1 : 0));
          } catch (DaemonException e) {
            // Docker, too, is content with -f when nothing is there, but says so.
            if (!force || !e.notFound()) {
              throw e;
            }
            session.complain("Error response from daemon: " + e.getMessage());
          }
        });
  }

  /** What is done with one object. */
  @FunctionalInterface
  interface Step {
    void apply(String name) throws IOException;
  }

  /** Goes on after a failure, and fails in the end. */
  static int each(Session session, Arguments arguments, Step step) throws IOException {
    int status = 0;
    for (String name : arguments.operands()) {
      try {
        step.apply(name);
        session.println(name);
        session.out().flush();
      } catch (DaemonException e) {
        session.complain("Error response from daemon: " + e.getMessage());
        status = 1;
      }
    }
    return status;
  }
}
