package io.gantry.api;

import io.gantry.api.http.Controller;
import io.gantry.api.http.ErrorAnswer;
import io.gantry.api.http.Exchange;
import io.gantry.api.http.Query;
import io.gantry.api.http.Routes;
import io.gantry.api.listen.Connection;
import io.gantry.api.stream.DetachKeys;
import io.gantry.api.stream.StreamSession;
import io.gantry.api.stream.StreamType;
import io.gantry.api.stream.WebSocket;
import io.gantry.api.wire.Replies;
import io.gantry.container.AttachRequest;
import io.gantry.container.ContainerLogging;
import io.gantry.container.ContainerService;
import io.gantry.container.WaitCondition;
import io.gantry.container.log.LogReading;
import io.gantry.container.log.LogRequest;
import io.gantry.container.record.Container;
import io.gantry.container.record.State;
import io.gantry.container.stream.ProcessStreams;
import io.gantry.error.EngineException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.springframework.stereotype.Component;

/** {@code /containers/{id}}: attach, logs and wait, which last as long as client or container. */
@Component
final class ContainerStreamsController implements Controller {

  /** Clients since 1.28 want binary frames in websockets. */
  private static final int BINARY_FRAMES = 28;

  /** In websockets clients since 1.42 get the streams they ask for, and others all. */
  private static final int CHOICE_OF_STREAMS = 42;

  /** Clients since 1.30 are answered before the wait is over. */
  private static final int EARLY_HEAD = 30;

  private final ContainerService containers;
  private final ContainerLogging logging;

  ContainerStreamsController(ContainerService containers, ContainerLogging logging) {
    this.containers = containers;
    this.logging = logging;
  }

  @Override
  public void routes(Routes routes) {
    routes.stream("GET", "/containers/{name}/attach/ws", this::attachWebSocket).stream(
        "POST", "/containers/{name}/attach", this::attach)
        .stream("GET", "/containers/{name}/logs", this::logs)
        .stream("POST", "/containers/{name}/wait", this::await);
  }

  private void attach(Exchange exchange) throws IOException {
    inText(
        exchange,
        () -> {
          Session session = session(exchange, asked(exchange.query()));
          boolean upgrade = exchange.upgrade().isPresent();
          StreamType type = StreamType.of(session.container().config().tty());
          takeOver(
              exchange,
              session,
              upgrade ? 101 : 200,
              (upgrade ? type : StreamType.RAW).mediaType(exchange.version()),
              "tcp",
              client -> serve(session, type, client));
        });
  }

  private void attachWebSocket(Exchange exchange) throws IOException {
    inText(
        exchange,
        () -> {
          containers.get(exchange.name());
          String key = exchange.header("Sec-WebSocket-Key");
          if (key.isEmpty()
              || !exchange.upgrade().filter("websocket"::equalsIgnoreCase).isPresent()) {
            throw EngineException.invalid("not websocket protocol");
          }
          Session session =
              session(
                  exchange,
                  exchange.version().atLeast(CHOICE_OF_STREAMS)
                      ? asked(exchange.query())
                      : allStreams(exchange.query()));
          boolean binary = exchange.version().atLeast(BINARY_FRAMES);
          exchange.answerHeader("Sec-WebSocket-Accept", WebSocket.accept(key));
          takeOver(
              exchange,
              session,
              101,
              "",
              "websocket",
              client -> {
                WebSocket socket = new WebSocket(client, binary);
                serve(session, StreamType.RAW, socket.client());
                socket.close();
              });
        });
  }

  /** A client that is about to be served. */
  private record Session(
      Container container, AttachRequest request, DetachKeys keys, ProcessStreams streams) {

    StreamSession.Input input(Runnable onDetach) {
      if (!request.stdin() || !container.config().openStdin()) {
        return new StreamSession.Input.Ignored();
      }
      return container.config().tty()
          ? new StreamSession.Input.Terminal(keys, onDetach)
          : new StreamSession.Input.Plain();
    }
  }

  private static AttachRequest asked(Query query) {
    return new AttachRequest(
        query.flag("stdin"),
        query.flag("stdout"),
        query.flag("stderr"),
        query.flag("stream"),
        query.flag("logs"));
  }

  private static AttachRequest allStreams(Query query) {
    return new AttachRequest(true, true, true, query.flag("stream"), query.flag("logs"));
  }

  private Session session(Exchange exchange, AttachRequest request) {
    String keys = exchange.query().text("detachKeys");
    Container container = containers.get(exchange.name());
    DetachKeys parsed =
        DetachKeys.parse(keys)
            .orElseThrow(
                () -> EngineException.invalid("Invalid detach keys (%s) provided".formatted(keys)));
    return new Session(container, request, parsed, containers.attach(exchange.name(), request));
  }

  private static void takeOver(
      Exchange exchange,
      Session session,
      int status,
      String mediaType,
      String upgradeTo,
      Exchange.Takeover protocol)
      throws IOException {
    try {
      exchange.takeOver(status, mediaType, upgradeTo, protocol);
    } catch (IOException | RuntimeException e) {
      session.streams().close();
      throw e;
    }
  }

  private void serve(Session session, StreamType type, Exchange.Client client)
      throws IOException, InterruptedException {
    try (ProcessStreams streams = session.streams()) {
      if (session.request().logs()) {
        sendLogs(session, client.out(), type);
      }
      if (session.request().stream()) {
        Runnable onDetach = () -> containers.detached(session.container().id());
        new StreamSession(streams, type, session.input(onDetach)).run(client);
      }
    }
  }

  private void sendLogs(Session session, OutputStream out, StreamType type)
      throws IOException, InterruptedException {
    LogRequest all =
        new LogRequest(
            session.request().stdout(),
            session.request().stderr(),
            false,
            false,
            false,
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty());
    try (LogReading reading = logging.read(session.container(), all)) {
      reading.copyTo(out, type == StreamType.MULTIPLEXED);
      out.flush();
    }
  }

  /** What may fail before a connection is taken over. */
  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  /** Of these requests dockerd tells failures as plain text, as on a connection taken over. */
  private static void inText(Exchange exchange, Step step) throws IOException {
    try {
      step.run();
    } catch (RuntimeException e) {
      ErrorAnswer error = ErrorAnswer.of(e, "attach to " + exchange.name());
      exchange
          .answerHeader("Connection", "close")
          .bytes(error.status(), StreamType.RAW.mediaType(exchange.version()))
          .write((error.message() + "\r\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private void logs(Exchange exchange) throws Exception {
    Query query = exchange.query();
    boolean stdout = query.flag("stdout");
    boolean stderr = query.flag("stderr");
    if (!stdout && !stderr) {
      throw EngineException.invalid("Bad parameters: you must choose at least one stream");
    }
    LogRequest request =
        new LogRequest(
            stdout,
            stderr,
            query.flag("follow"),
            query.flag("timestamps"),
            query.flag("details"),
            UnixTime.nanos(query.text("since")),
            UnixTime.nanos(query.text("until")),
            tail(query.text("tail")));
    Container container = containers.get(exchange.name());
    StreamType type = StreamType.of(container.config().tty());
    try (LogReading reading = logging.read(container, request)) {
      if (request.follow()) {
        follow(exchange, reading, type);
      } else {
        // Never waits for output: a client that has gone is noticed by writing, and a short answer
        // is sent as one piece.
        OutputStream out = exchange.bytes(200, type.mediaType(exchange.version()));
        reading.copyTo(out, type == StreamType.MULTIPLEXED);
      }
    }
  }

  private static void follow(Exchange exchange, LogReading reading, StreamType type)
      throws IOException, InterruptedException {
    try (Connection.Watch watch = exchange.connection().onDeparture(reading::close)) {
      OutputStream out = exchange.stream(200, type.mediaType(exchange.version()));
      reading.copyTo(out, type == StreamType.MULTIPLEXED);
    }
  }

  private static OptionalLong tail(String text) {
    try {
      long lines = Long.parseLong(text);
      return lines < 0 ? OptionalLong.empty() : OptionalLong.of(lines);
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private void await(Exchange exchange) throws Exception {
    boolean early = exchange.version().atLeast(EARLY_HEAD);
    WaitCondition condition =
        early ? WaitCondition.of(exchange.query().text("condition")) : WaitCondition.NOT_RUNNING;
    CompletableFuture<State> end = containers.waitFor(exchange.name(), condition);
    if (early && !end.isDone()) {
      exchange.stream(200, "application/json");
    }
    try (Connection.Watch watch = exchange.connection().interruptOnDeparture()) {
      State state = end.get();
      // why a start failed is told to who started it; the removal that was waited for did not fail
      boolean failed = condition != WaitCondition.REMOVED && !state.error().isEmpty();
      exchange.ok(
          new Replies.Exit(state.exitCode(), failed ? new Replies.Failure(state.error()) : null));
    } catch (ExecutionException e) {
      throw EngineException.system("can't wait for " + exchange.name(), e.getCause());
    } catch (InterruptedException e) {
      // the client has left: nobody is there to be told
      return;
    }
  }
}
