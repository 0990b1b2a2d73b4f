package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.NullNode;

/**
 * A table of options: what is asked for, and how it must show. Read from a resource; {@code {name}}
 * in it stands for what the test knows of the host.
 */
final class OptionTable {

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int AT_ONCE = 4;
  private static final Pattern ID = Pattern.compile("\\b[0-9a-f]{64}\\b");

  /**
   * A row of the table.
   *
   * @param version of the API by which it is made; null is the newest
   * @param body of the request, beside what {@link RowEngine#body} gives
   * @param warnings of the answer; null is none
   * @param create the error of the creation
   * @param start the error of the start
   * @param inspect values in inspect by JSON pointer; null is not there
   * @param shell what commands print in the container
   * @param cgroup values of cgroup files, {@code controller/file}, on version 1
   * @param cgroup2 the same on version 2
   * @param update bodies of updates, and what is answered
   * @param cgroups the only version of cgroups on which dockerd does this; null is either
   * @param ours what this engine answers instead to create and start
   */
  private record Row(
      String what,
      @Nullable String version,
      Map<String, Object> body,
      @Nullable List<String> warnings,
      @Nullable Reply create,
      @Nullable Reply start,
      @Nullable Map<String, JsonNode> inspect,
      @Nullable Map<String, String> shell,
      @Nullable Map<String, String> cgroup,
      @Nullable Map<String, String> cgroup2,
      @Nullable List<Update> update,
      @Nullable Integer cgroups,
      @Nullable Ours ours) {}

  /** An error. */
  private record Reply(int status, String message) {}

  /** A change of the running container: an error or, where it is null, a success. */
  private record Update(Map<String, Object> body, @Nullable Reply error, @Nullable Reply ours) {}

  /** A difference from dockerd that is meant. */
  private record Ours(@Nullable Reply create, @Nullable Reply start, String why) {}

  private final RowEngine engine;
  private final Map<String, String> known;

  /**
   * @param known values of the placeholders
   */
  OptionTable(RowEngine engine, Map<String, String> known) {
    this.engine = engine;
    this.known = known;
  }

  /** A test for each row of a resource beside this class; a few rows are asked at once. */
  Stream<DynamicTest> tests(String resource) throws IOException {
    String text;
    try (InputStream in =
        Objects.requireNonNull(OptionTable.class.getResourceAsStream(resource), resource)) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (Map.Entry<String, String> value : known.entrySet()) {
      text = text.replace("{" + value.getKey() + "}", value.getValue());
    }
    List<DynamicTest> tests = new ArrayList<>();
    ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory());
    for (Row row : JSON.readValue(text, Row[].class)) {
      String name = engine.name("row" + tests.size());
      Future<?> checked =
          pool.submit(
              () -> {
                check(row, name);
                return null;
              });
      tests.add(DynamicTest.dynamicTest(row.what(), () -> join(checked)));
    }
    pool.shutdown();
    return tests.stream();
  }

  private static void join(Future<?> checked) throws Throwable {
    try {
      checked.get();
    } catch (ExecutionException e) {
      throw Objects.requireNonNull(e.getCause());
    }
  }

  private void check(Row row, String name) throws IOException {
    int version = RowEngine.unifiedCgroups() ? 2 : 1;
    assumeThat(row.cgroups() == null || row.cgroups() == version)
        .as("cgroups %d", version)
        .isTrue();
    String spoken = row.version() == null ? "1.51" : row.version();
    Answer created = engine.create(spoken, name, row.body());
    Reply refused = expected(row.create(), row.ours() == null ? null : row.ours().create());
    if (refused != null || !created.ok()) {
      if (created.ok()) {
        engine.remove(created.json().get("Id").asString());
      }
      assertThat(reply(created)).isEqualTo(refused);
      return;
    }
    String id = created.json().get("Id").asString();
    try {
      assertThat(warnings(created)).isEqualTo(row.warnings() == null ? List.of() : row.warnings());
      Answer started = engine.client().post("/containers/" + id + "/start");
      Reply failed = expected(row.start(), row.ours() == null ? null : row.ours().start());
      assertThat(started.ok() ? null : reply(started)).isEqualTo(failed);
      if (failed == null) {
        update(row, id);
        shows(row, id);
      }
    } finally {
      engine.remove(id);
    }
  }

  private @Nullable Reply expected(@Nullable Reply docker, @Nullable Reply ours) {
    return ours == null || engine.isReference() ? docker : ours;
  }

  private void update(Row row, String id) throws IOException {
    for (Update update : row.update() == null ? List.<Update>of() : row.update()) {
      Answer answer = engine.client().post("/containers/" + id + "/update", update.body());
      assertThat(answer.ok() ? null : reply(answer))
          .as("update %s", update.body())
          .isEqualTo(expected(update.error(), update.ours()));
    }
  }

  private void shows(Row row, String id) throws IOException {
    JsonNode inspected = engine.inspect(id);
    Map<String, Object> found = new LinkedHashMap<>();
    Map<String, Object> wanted = new LinkedHashMap<>();
    for (var value : orEmpty(row.inspect()).entrySet()) {
      wanted.put(value.getKey(), value.getValue());
      JsonNode shown = inspected.at(value.getKey());
      found.put(value.getKey(), shown.isMissingNode() ? NullNode.getInstance() : shown);
    }
    Map<String, String> files = RowEngine.unifiedCgroups() ? row.cgroup2() : row.cgroup();
    for (var file : orEmpty(files).entrySet()) {
      wanted.put(file.getKey(), file.getValue());
      found.put(file.getKey(), engine.cgroup(id, file.getKey()));
    }
    for (var command : orEmpty(row.shell()).entrySet()) {
      wanted.put(command.getKey(), command.getValue());
      found.put(command.getKey(), engine.shell(id, command.getKey()));
    }
    assertThat(wanted).as("what the row looks at").isNotEmpty();
    assertThat(found).isEqualTo(wanted);
  }

  private static <T> Map<String, T> orEmpty(@Nullable Map<String, T> map) {
    return map == null ? Map.of() : map;
  }

  private static List<String> warnings(Answer created) {
    return created.json().get("Warnings").valueStream().map(JsonNode::asString).toList();
  }

  /** Without what differs between hosts and containers. */
  private static Reply reply(Answer answer) {
    String message = answer.json().path("message").asString();
    return new Reply(
        answer.status(),
        ID.matcher(message)
            .replaceAll("<id>")
            .replaceAll("/[^ \"]*/(?:merged|rootfs|<id>/\\d|<id>)/", "/"));
  }
}
