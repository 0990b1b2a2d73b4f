package io.gantry.console.command;

import static io.gantry.console.line.Option.flag;
import static io.gantry.console.line.Option.list;
import static io.gantry.console.line.Option.value;

import io.gantry.console.client.Daemon;
import io.gantry.console.client.Resource;
import io.gantry.console.line.Arguments;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.Completion;
import io.gantry.console.line.Operands;
import io.gantry.linux.terminal.UserTerminal;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code exec} (API paths {@code /containers/{id}/exec}, {@code /exec/{id}/start}). */
final class Exec {

  private Exec() {}

  static ConsoleCommand command() {
    return new ConsoleCommand(
        new CommandDefinition(
            "exec",
            "Execute a command in a running container",
            Operands.program("CONTAINER COMMAND [ARG...]", 2, Completion.RUNNING_CONTAINER),
            List.of(
                flag("d|detach", "Detached mode: run command in the background"),
                value("detach-keys", "string", "Override the key sequence for detaching"),
                list("e|env", "list", "Set environment variables"),
                list("env-file", "list", "Read in a file of environment variables"),
                flag("i|interactive", "Keep STDIN open even if not attached"),
                flag("privileged", "Give extended privileges to the command"),
                flag("t|tty", "Allocate a pseudo-TTY"),
                value("u|user", "string", "Username or UID (format: <name|uid>[:<group|gid>])"),
                value("w|workdir", "string", "Working directory inside the container"))),
        Exec::run);
  }

  private static int run(Session session, Arguments arguments) throws IOException {
    boolean detached = arguments.flag("detach");
    boolean tty = arguments.flag("tty");
    boolean input = arguments.flag("interactive") && !detached;
    if (ProcessStreams.lacksTerminal(session, input, tty)) {
      session.complain("the input device is not a TTY");
      return 1;
    }
    DetachKeys keys = DetachKeys.parse(arguments.value("detach-keys").orElse(DetachKeys.DEFAULT));
    Optional<UserTerminal.Size> size =
        tty ? session.screen().flatMap(UserTerminal::size) : Optional.empty();
    Daemon daemon = session.daemon();
    String id =
        daemon
            .post(
                Resource.of("/containers/{}/exec", arguments.operand(0)),
                request(arguments, input, size))
            .path("Id")
            .asString("");
    ObjectNode how = Json.object();
    how.put("Detach", detached);
    how.put("Tty", tty);
    addSize(how, size);
    Resource start = Resource.of("/exec/{}/start", id);
    if (detached) {
      daemon.post(start, how);
      return 0;
    }
    try (Daemon.Stream stream = daemon.hijack(start, how)) {
      Resource resize = Resource.of("/exec/{}/resize", id);
      if (!new ProcessStreams(session, stream, input, tty, keys, resize).join()) {
        return 0;
      }
    }
    return daemon.get(Resource.of("/exec/{}/json", id)).path("ExitCode").asInt(0);
  }

  private static ObjectNode request(
      Arguments arguments, boolean input, Optional<UserTerminal.Size> size) throws IOException {
    boolean attached = !arguments.flag("detach");
    ObjectNode request = Json.object();
    request.set("Cmd", Json.array(arguments.operands().subList(1, arguments.operands().size())));
    request.set(
        "Env",
        Json.array(
            Environment.of(
                arguments.values("env-file"), arguments.values("env"), System.getenv())));
    request.put("AttachStdin", input);
    request.put("AttachStdout", attached);
    request.put("AttachStderr", attached);
    request.put("Tty", arguments.flag("tty"));
    request.put("Privileged", arguments.flag("privileged"));
    arguments.value("user").ifPresent(user -> request.put("User", user));
    arguments.value("workdir").ifPresent(directory -> request.put("WorkingDir", directory));
    arguments.value("detach-keys").ifPresent(keys -> request.put("DetachKeys", keys));
    addSize(request, size);
    return request;
  }

  private static void addSize(ObjectNode target, Optional<UserTerminal.Size> size) {
    size.ifPresent(
        known -> {
          ArrayNode numbers = target.putArray("ConsoleSize");
          numbers.add(known.rows());
          numbers.add(known.columns());
        });
  }
}
