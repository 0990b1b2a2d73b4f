package io.gantry.console.command;

import io.gantry.console.client.DaemonException;
import io.gantry.console.client.Resource;
import io.gantry.console.line.Arguments;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.Completion;
import io.gantry.console.line.Operands;
import io.gantry.console.line.UsageException;
import io.gantry.linux.terminal.UserTerminal;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * {@code run}: create, attach, start, wait. Its exit status is that of the container, or 125 if the
 * daemon failed, 126 if the program cannot be executed, 127 if it does not exist.
 */
final class Run {

  static final int NOT_RUN = 125;
  private static final int NOT_EXECUTABLE = 126;
  private static final int NOT_EXISTING = 127;
  private static final List<String> PULL_POLICIES = List.of("always", "missing", "never");

  private Run() {}

  static ConsoleCommand command() {
    return new ConsoleCommand(
        new CommandDefinition(
            "run",
            "Create and run a new container from an image",
            Operands.program("IMAGE [COMMAND] [ARG...]", 1, Completion.IMAGE),
            RunOptions.all()),
        Run::run);
  }

  private static int run(Session session, Arguments arguments) throws IOException {
    boolean detached = arguments.flag("detach");
    boolean tty = arguments.flag("tty");
    boolean input = arguments.flag("interactive") && !detached;
    if (ProcessStreams.lacksTerminal(session, input, tty)) {
      session.complain("the input device is not a TTY");
      return 1;
    }
    try {
      String id = create(session, arguments, tty);
      if (detached) {
        session.daemon().post(Resource.of("/containers/{}/start", id));
        session.println(id);
        return 0;
      }
      return Attachment.run(
          session,
          id,
          new Attachment.Terms(
              input,
              tty,
              arguments.flag("rm"),
              arguments.flagOrTrue("sig-proxy"),
              arguments.value("detach-keys")));
    } catch (DaemonException e) {
      String message = Objects.requireNonNullElse(e.getMessage(), "");
      session.complain("gantry: Error response from daemon: " + message);
      return status(message);
    } catch (PullFailedException e) {
      session.complain("gantry: Error response from daemon: " + e.getMessage());
      return NOT_RUN;
    }
  }

  /** The image could not be had. */
  private static final class PullFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    PullFailedException(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

  /** What a shell would have said of a program that does not start. */
  static int status(String message) {
    if (message.contains("executable file not found")
        || message.contains("no such file or directory")) {
      return NOT_EXISTING;
    }
    return message.contains("permission denied") || message.contains("is a directory")
        ? NOT_EXECUTABLE
        : NOT_RUN;
  }

  private static String create(Session session, Arguments arguments, boolean tty)
      throws IOException {
    String policy = arguments.value("pull").orElse("missing");
    if (!PULL_POLICIES.contains(policy)) {
      throw new UsageException(
          "invalid pull option: '" + policy + "': must be one of 'always', 'missing' or 'never'");
    }
    Optional<UserTerminal.Size> size =
        tty ? session.screen().flatMap(UserTerminal::size) : Optional.empty();
    JsonNode request = ContainerRequest.of(arguments, size);
    Resource resource =
        Resource.of("/containers/create")
            .with("name", arguments.value("name"))
            .with("platform", arguments.value("platform"));
    if (policy.equals("always")) {
      pull(session, arguments);
    }
    JsonNode created;
    try {
      created = session.daemon().post(resource, request);
    } catch (DaemonException e) {
      if (!policy.equals("missing") || !lacksImage(e)) {
        throw e;
      }
      session.complain(
          "Unable to find image '" + ImageName.of(arguments.operand(0)).tagged() + "' locally");
      pull(session, arguments);
      created = session.daemon().post(resource, request);
    }
    created.path("Warnings").forEach(text -> session.complain("WARNING: " + text.asString("")));
    return created.path("Id").asString("");
  }

  private static boolean lacksImage(DaemonException e) {
    return e.notFound() && String.valueOf(e.getMessage()).startsWith("No such image");
  }

  private static void pull(Session session, Arguments arguments) throws IOException {
    try {
      Pull.pull(
          session,
          ImageName.of(arguments.operand(0)).tagged(),
          arguments.value("platform"),
          arguments.flag("quiet") ? Optional.empty() : Optional.of(session.err()));
    } catch (DaemonException e) {
      throw e;
    } catch (IOException e) {
      throw new PullFailedException(e);
    }
  }
}
