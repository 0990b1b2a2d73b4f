package io.gantry.api;

import io.gantry.api.http.Controller;
import io.gantry.api.http.ErrorAnswer;
import io.gantry.api.http.Exchange;
import io.gantry.api.http.Routes;
import io.gantry.api.stream.DetachKeys;
import io.gantry.api.stream.FrameWriter;
import io.gantry.api.stream.StreamSession;
import io.gantry.api.stream.StreamType;
import io.gantry.api.wire.ExecInspect;
import io.gantry.api.wire.ExecRequest;
import io.gantry.api.wire.Replies;
import io.gantry.container.exec.ExecService;
import io.gantry.container.exec.ExecSession;
import io.gantry.container.record.ExecConfig;
import io.gantry.container.record.ExecConfig.ConsoleSize;
import io.gantry.container.stream.ProcessStreams;
import io.gantry.container.stream.StdStream;
import io.gantry.error.EngineException;
import io.gantry.plugins.DriverException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** {@code /exec} (API v1.51, tag Exec). */
@Component
final class ExecController implements Controller {

  /** Clients before 1.42 resize the terminal when the process runs. */
  private static final int CONSOLE_SIZE = 42;

  private final ExecService execs;

  ExecController(ExecService execs) {
    this.execs = execs;
  }

  @Override
  public void routes(Routes routes) {
    routes
        .post("/containers/{name}/exec", this::create)
        .get("/exec/{id}/json", this::inspect)
        .stream("POST", "/exec/{id}/start", this::start)
        .post("/exec/{id}/resize", this::resize);
  }

  private void create(Exchange exchange) throws IOException {
    ExecConfig asked = exchange.json(ExecRequest.class).config();
    ExecConfig config =
        exchange.version().atLeast(CONSOLE_SIZE) ? asked : asked.with(Optional.empty());
    if (config.cmd().isEmpty()) {
      throw EngineException.invalid("No exec command specified");
    }
    if (DetachKeys.parse(config.detachKeys()).isEmpty()) {
      throw EngineException.system(
          "Invalid escape keys (%s) provided".formatted(config.detachKeys()), null);
    }
    exchange.json(201, new Replies.Id(execs.create(exchange.name(), config)));
  }

  private void inspect(Exchange exchange) throws IOException {
    ExecSession session = execs.get(exchange.name());
    String keys = session.config().detachKeys();
    byte[] sent =
        DetachKeys.parse(keys)
            .filter(given -> !keys.isEmpty())
            .map(DetachKeys::sequence)
            .orElse(new byte[0]);
    exchange.ok(ExecInspect.of(session, sent));
  }

  private void start(Exchange exchange) throws IOException {
    ExecRequest.Start request = exchange.json(ExecRequest.Start.class);
    ExecSession session = execs.ready(exchange.name());
    Optional<ConsoleSize> size =
        request.tty() && exchange.version().atLeast(CONSOLE_SIZE)
            ? request.size()
            : Optional.empty();
    if (request.detach()) {
      execs.startDetached(session.id(), size);
      exchange.status(200);
      return;
    }
    boolean upgrade = exchange.upgrade().isPresent();
    // as whoever starts it says, whatever whoever created it said
    StreamType type = StreamType.of(request.tty());
    exchange.takeOver(
        upgrade ? 101 : 200,
        (upgrade ? type : StreamType.RAW).mediaType(exchange.version()),
        "tcp",
        client -> {
          try {
            ProcessStreams streams = execs.start(session.id(), size);
            new StreamSession(streams, type, input(session)).run(client);
          } catch (EngineException | DriverException e) {
            tell(client.out(), type, e);
          }
        });
  }

  /** The status has been sent: why it did not start is read where its output would be. */
  private static void tell(OutputStream out, StreamType type, RuntimeException failure)
      throws IOException {
    String message = ErrorAnswer.of(failure, "start of an exec").message() + "\r\n";
    FrameWriter writer = new FrameWriter(out, type);
    writer.write(
        StdStream.STDOUT.number(), ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)));
    writer.flush();
  }

  private StreamSession.Input input(ExecSession session) {
    ExecConfig config = session.config();
    if (!config.attachStdin()) {
      return new StreamSession.Input.Ignored();
    }
    return config.tty()
        ? new StreamSession.Input.Terminal(
            DetachKeys.parse(config.detachKeys()).orElse(DetachKeys.DEFAULT),
            () -> execs.detached(session))
        : new StreamSession.Input.Plain();
  }

  private void resize(Exchange exchange) {
    TerminalSize size = TerminalSize.of(exchange.query());
    execs.resize(exchange.name(), size.rows(), size.columns());
    exchange.status(200);
  }
}
