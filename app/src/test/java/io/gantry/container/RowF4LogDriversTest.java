package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Row F4 of the guide: log drivers and their options, as a client of the API sees them. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowF4LogDriversTest {

  private static RowEngine engine;
  private static EngineClient client;

  @BeforeAll
  static void start() throws Exception {
    engine = RowEngine.start("--bridge", "none");
    client = engine.client();
  }

  @AfterAll
  static void end() throws Exception {
    engine.close();
  }

  private static Answer create(String type, Map<String, String> options) throws IOException {
    return client.post(
        "/containers/create",
        Map.of(
            "Image",
            "busybox",
            "Cmd",
            List.of("true"),
            "HostConfig",
            Map.of("NetworkMode", "none", "LogConfig", Map.of("Type", type, "Config", options))));
  }

  /** Options as {@code a=1;b=2}. */
  private static Map<String, String> options(String text) {
    Map<String, String> options = new TreeMap<>();
    for (String option : text.split(";")) {
      int equals = option.indexOf('=');
      options.put(option.substring(0, equals), option.substring(equals + 1));
    }
    return options;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          local     | foo=1               | unknown log opt 'foo' for log driver local
          local     | labels=a            | unknown log opt 'labels' for log driver local
          local     | tag=a               | unknown log opt 'tag' for log driver local
          local     | mode=x              | logger: logging mode not supported: x
          local     | max-buffer-size=1m  | logger: max-buffer-size option is only supported with 'mode=non-blocking'
          json-file | foo=1               | unknown log opt 'foo' for json-file log driver
          """)
  void refusesAtCreate(String type, String options, String message) throws Exception {
    Answer answer = create(type, options(options));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().get("message").asString()).isEqualTo(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          local     | max-size=x          | invalid value for max-size: x: invalid size: 'x'
          local     | max-size=-1         | invalid value for max-size: -1: invalid size: '-1'
          local     | max-size=1q         | invalid value for max-size: 1q: invalid suffix: 'q'
          local     | max-file=x          | invalid value for max-file: x: strconv.Atoi: parsing "x": invalid syntax
          local     | max-file=-1         | max file count cannot be less than 0
          local     | max-file=0          | compression cannot be enabled when max file count is 1
          local     | max-file=1          | compression cannot be enabled when max file count is 1
          local     | compress=x          | error reading compress log option: strconv.ParseBool: parsing "x": invalid syntax
          json-file | max-size=0          | max-size must be a positive number
          json-file | max-file=0          | max-file cannot be less than 1
          json-file | compress=true       | compress cannot be true when max-file is less than 2 or max-size is not set
          json-file | compress=x          | strconv.ParseBool: parsing "x": invalid syntax
          """)
  void refusesAtStart(String type, String options, String message) throws Exception {
    String id = create(type, options(options)).expectOk().json().get("Id").asString();
    try {
      Answer answer = client.post("/containers/" + id + "/start");
      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.json().get("message").asString())
          .isEqualTo(
              "failed to create task for container: failed to initialize logging driver: "
                  + message);
    } finally {
      client.delete("/containers/" + id + "?force=1").expectOk();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "max-size=0",
        "max-size=1.5k;max-file=3",
        "max-file=1;compress=false",
        "max-file=0;compress=false;max-size=10",
        "mode=non-blocking;max-buffer-size=1m"
      })
  void localTakesWhatDockerTakes(String options) throws Exception {
    String id = create("local", options(options)).expectOk().json().get("Id").asString();
    try {
      client.post("/containers/" + id + "/start").expectOk();
      client.post("/containers/" + id + "/wait").expectOk();
      var inspected = client.get("/containers/" + id + "/json").expectOk().json();
      assertThat(inspected.get("LogPath").asString()).isEmpty();
      assertThat(inspected.at("/HostConfig/LogConfig/Type").asString()).isEqualTo("local");
    } finally {
      client.delete("/containers/" + id + "?force=1").expectOk();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"journald", "syslog", "fluentd", "gelf", "awslogs", "nope"})
  void aDriverThatIsNotThereIsRefusedByName(String type) throws Exception {
    if (!type.equals("nope")) {
      engine.own("dockerd has it");
    }
    Answer answer = create(type, Map.of());
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().get("message").asString())
        .isEqualTo(
            "error looking up logging plugin %s: plugin \"%s\" not found".formatted(type, type));
  }

  @Test
  void theDriversAreListed() throws Exception {
    List<String> names =
        client
            .get("/info")
            .expectOk()
            .json()
            .at("/Plugins/Log")
            .valueStream()
            .map(node -> node.asString())
            .toList();
    assertThat(names).contains("json-file", "local").doesNotHaveDuplicates();
  }
}
