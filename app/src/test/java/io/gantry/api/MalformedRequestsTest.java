package io.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.api.http.RawClient;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A table of bad requests with what dockerd 28.5.2 answers: status and message. The engine answers
 * the same, or what the table says of it and why. With {@code GANTRY_REFERENCE_SOCKET} set, the
 * dockerd that listens there is asked whether the table tells the truth.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MalformedRequestsTest {

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Pattern ID = Pattern.compile("\\b[0-9a-f]{64}\\b");
  private static final String REFERENCE = "GANTRY_REFERENCE_SOCKET";

  /** The running container many of the requests name. */
  private static final String CONTAINER = "malformed";

  /**
   * A row of the table.
   *
   * @param request method and path; for bytes below HTTP a name
   * @param type content type
   * @param raw bytes to send as they are
   * @param message the error's; null where only the status is compared
   * @param ours what this engine answers instead
   */
  private record Row(
      String request,
      @Nullable String type,
      @Nullable String body,
      @Nullable String raw,
      int status,
      @Nullable String message,
      @Nullable Ours ours) {

    String name() {
      return body == null ? request : request + " " + body;
    }
  }

  /** A difference from dockerd that is meant. */
  private record Ours(int status, @Nullable String message, String why) {}

  private record Reply(int status, @Nullable String message) {}

  private @Nullable TestDaemon daemon;

  @BeforeAll
  void start() throws Exception {
    // without a default bridge, which engines on one host would share
    TestDaemon started = new TestDaemon("--bridge", "none");
    daemon = started;
    started.start().withBusybox();
    makeContainer(started.socket());
  }

  @AfterAll
  void stop() throws Exception {
    if (daemon != null) {
      daemon.close();
    }
  }

  private static void makeContainer(Path socket) throws IOException {
    try (RawClient client = new RawClient(socket)) {
      RawClient.Answer created =
          client.postJson(
              "/containers/create?name=" + CONTAINER,
              """
              {"Image":"busybox","Cmd":["sleep","1000000"],"HostConfig":{"NetworkMode":"none"}}
              """);
      assertThat(created.status()).as(created.text()).isEqualTo(201);
      assertThat(client.exchange("POST", "/containers/" + CONTAINER + "/start", "", "").status())
          .isEqualTo(204);
    }
  }

  private static List<Row> table() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            MalformedRequestsTest.class.getResourceAsStream("malformed-requests.json"))) {
      return List.of(JSON.readValue(in, Row[].class));
    }
  }

  @TestFactory
  Stream<DynamicTest> theEngineAnswersAsTheTableSays() throws IOException {
    Path socket = Objects.requireNonNull(daemon).socket();
    return table().stream()
        .map(
            row ->
                DynamicTest.dynamicTest(
                    row.name(),
                    () -> {
                      Reply expected =
                          Optional.ofNullable(row.ours())
                              .map(ours -> new Reply(ours.status(), ours.message()))
                              .orElse(new Reply(row.status(), row.message()));
                      assertThat(ask(socket, row)).isEqualTo(expected);
                    }));
  }

  @TestFactory
  Stream<DynamicTest> theTableTellsWhatDockerdAnswers() throws IOException {
    String reference = System.getenv(REFERENCE);
    if (reference == null) {
      return Stream.of(
          DynamicTest.dynamicTest(
              REFERENCE + " is not set",
              () -> assumeThat(reference).as("socket of a dockerd 28").isNotNull()));
    }
    Path socket = Path.of(reference);
    Stream<DynamicTest> rows =
        table().stream()
            .map(
                row ->
                    DynamicTest.dynamicTest(
                        row.name(),
                        () ->
                            assertThat(ask(socket, row))
                                .isEqualTo(new Reply(row.status(), row.message()))));
    removeContainer(socket);
    makeContainer(socket);
    return rows.onClose(
        () -> {
          try {
            removeContainer(socket);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static void removeContainer(Path socket) throws IOException {
    try (RawClient client = new RawClient(socket)) {
      client.exchange("DELETE", "/containers/" + CONTAINER + "?force=1", "", "");
    }
  }

  private static Reply ask(Path socket, Row row) throws IOException {
    try (RawClient client = new RawClient(socket)) {
      if (row.raw() != null) {
        client.send(row.raw());
        return new Reply(Integer.parseInt(client.head().substring(9, 12)), null);
      }
      int space = row.request().indexOf(' ');
      String method = row.request().substring(0, space);
      String headers =
          "Connection: close\r\n"
              + (row.type() == null ? "" : "Content-Type: " + row.type() + "\r\n")
              + (row.body() == null
                  ? ""
                  : "Content-Length: "
                      + row.body().getBytes(StandardCharsets.UTF_8).length
                      + "\r\n");
      client.send(
          method
              + " "
              + row.request().substring(space + 1)
              + " HTTP/1.1\r\nHost: test\r\n"
              + headers
              + "\r\n"
              + Objects.requireNonNullElse(row.body(), ""));
      RawClient.Answer answer = client.answer(method.equals("HEAD"));
      return new Reply(answer.status(), message(answer));
    }
  }

  private static String message(RawClient.Answer answer) {
    String text = answer.text().strip();
    if (answer.header("Content-Type").startsWith("application/json")) {
      JsonNode message = JSON.readTree(answer.text()).path("message");
      text = message.isMissingNode() ? text : message.asString();
    }
    return ID.matcher(text).replaceAll("<id>");
  }
}
