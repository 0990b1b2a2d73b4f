package io.gantry.console.command;

import io.gantry.console.client.Daemon;
import io.gantry.console.client.DaemonException;
import io.gantry.console.client.Resource;
import io.gantry.console.line.Arguments;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jline.utils.Signals;
import tools.jackson.databind.JsonNode;

/** Starts a container with the user at its streams, and waits for its end. */
final class Attachment {

  /** Those a user or a shell sends to end or continue a program. */
  private static final List<String> FORWARDED = List.of("INT", "TERM", "HUP");

  private Attachment() {}

  /**
   * How the user is attached.
   *
   * @param removed whether the container is removed at its end
   * @param forward whether signals to the console go to the container
   */
  record Terms(
      boolean input, boolean tty, boolean removed, boolean forward, Optional<String> detachKeys) {}

  /** {@code start -a}, {@code start -i}. */
  static int toExisting(Session session, Arguments arguments) throws IOException {
    String name = arguments.operand(0);
    JsonNode container = session.daemon().get(Resource.of("/containers/{}/json", name));
    JsonNode config = container.path("Config");
    boolean tty = config.path("Tty").asBoolean(false);
    boolean input = arguments.flag("interactive") && config.path("OpenStdin").asBoolean(false);
    if (ProcessStreams.lacksTerminal(session, input, tty)) {
      session.complain("the input device is not a TTY");
      return 1;
    }
    boolean removed = container.path("HostConfig").path("AutoRemove").asBoolean(false);
    return run(
        session,
        container.path("Id").asString(name),
        new Terms(input, tty, removed, true, arguments.value("detach-keys")));
  }

  /**
   * Attaches, starts, and stays until the end.
   *
   * @return the exit status of the container; 0 if the user detached
   */
  static int run(Session session, String id, Terms terms) throws IOException {
    DetachKeys keys = DetachKeys.parse(terms.detachKeys().orElse(DetachKeys.DEFAULT));
    Resource attach =
        Resource.of("/containers/{}/attach", id)
            .with("stream", 1)
            .with("stdin", terms.input() ? 1 : 0)
            .with("stdout", 1)
            .with("stderr", 1)
            .with("detachKeys", terms.detachKeys());
    Resource wait =
        Resource.of("/containers/{}/wait", id)
            .with("condition", terms.removed() ? "removed" : "next-exit");
    Daemon daemon = session.daemon();
    try (Daemon.Stream stream = daemon.hijack(attach, null);
        Daemon.Stream end = daemon.stream("POST", wait)) {
      daemon.post(Resource.of("/containers/{}/start", id));
      Map<String, Object> before = terms.forward() ? forward(session, id) : Map.of();
      try {
        Resource resize = Resource.of("/containers/{}/resize", id);
        boolean ended =
            new ProcessStreams(session, stream, terms.input(), terms.tty(), keys, resize).join();
        return ended ? status(session, end.json()) : 0;
      } finally {
        before.forEach(Signals::unregister);
      }
    }
  }

  private static int status(Session session, JsonNode end) {
    String error = end.path("Error").path("Message").asString("");
    if (!error.isEmpty()) {
      session.complain("Error response from daemon: " + error);
      return Run.NOT_RUN;
    }
    return end.path("StatusCode").asInt(0);
  }

  /** Sends signals on; what handled them before is returned. */
  private static Map<String, Object> forward(Session session, String id) {
    Map<String, Object> before = new HashMap<>();
    for (String signal : FORWARDED) {
      Object handler =
          Signals.register(signal, () -> Thread.ofVirtual().start(() -> send(session, id, signal)));
      if (handler != null) {
        before.put(signal, handler);
      }
    }
    return before;
  }

  private static void send(Session session, String id, String signal) {
    try {
      session.daemon().post(Resource.of("/containers/{}/kill", id).with("signal", "SIG" + signal));
    } catch (DaemonException e) {
      // It has ended meanwhile.
    } catch (IOException e) {
      session.complain("gantry: the signal could not be sent on: " + e.getMessage());
    }
  }
}
