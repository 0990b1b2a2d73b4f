package io.gantry.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Which networks a list has, and what of them, as dockerd 28 answers. */
class NetworkListTest {

  private static RowEngine engine;
  private static EngineClient client;
  private static final Map<String, String> ids = new LinkedHashMap<>();

  @BeforeAll
  static void start() throws Exception {
    engine = RowEngine.start();
    client = engine.client();
    for (String name : List.of("foo", "foobar", "barfoo", "unused")) {
      Answer made = client.post("/networks/create", Map.of("Name", engine.name(name)));
      ids.put(name, made.expectOk().json().get("Id").asString());
    }
  }

  @AfterAll
  static void end() throws Exception {
    engine.removeContainers();
    for (String id : ids.values()) {
      client.delete("/networks/" + id);
    }
    engine.close();
  }

  private static Answer ask(String version, String filters) throws IOException {
    String text = filters.replace('\'', '"');
    for (Map.Entry<String, String> id : ids.entrySet()) {
      text =
          text.replace("<" + id.getKey() + ">", engine.name(id.getKey()))
              .replace("#" + id.getKey() + "#", id.getValue());
    }
    return client.get("/v" + version + "/networks?filters=" + URLEncoder.encode(text, UTF_8));
  }

  /** The names this test gave. */
  private static List<String> names(Answer answer) {
    List<String> names = new ArrayList<>();
    for (JsonNode row : answer.expectOk().json()) {
      ids.forEach(
          (name, id) -> {
            if (id.equals(row.get("Id").asString())) {
              names.add(name);
            }
          });
    }
    return names;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{'name':['<foo>']};foo,barfoo",
        "{'name':['^<foo>$']};foo",
        "{'name':['^foo.*']};foo,foobar",
        "{'name':['^(foo|barfoo)-[0-9a-f]{8}$']};foo,barfoo",
        "{'name':['^<unused>$','^foobar-']};foobar,unused",
        "{'name':['(']};",
        "{'id':['#foo#']};foo",
        "{'id':['^#foobar#$']};foobar",
        "{'id':['^$']};",
      })
  void namesAndIdsMayBeExpressions(String filters, String expected) throws IOException {
    List<String> wanted = expected == null ? List.of() : List.of(expected.split(","));
    assertThat(names(ask("1.51", filters))).containsExactlyInAnyOrderElementsOf(wanted);
  }

  /** Half an id is part of it. */
  @Test
  void partOfAnIdFits() throws IOException {
    String part = ids.get("unused").substring(20, 44);
    assertThat(names(ask("1.51", "{'id':['" + part + "']}"))).containsExactly("unused");
  }

  @Test
  void danglingIsAskedOnce() throws IOException {
    assertThat(names(ask("1.51", "{'dangling':['true']}"))).contains("unused");
    assertThat(names(ask("1.51", "{'dangling':['false']}"))).doesNotContain("unused");
    Answer answer = ask("1.51", "{'dangling':['true','1']}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().get("message").asString())
        .isEqualTo("got more than one value for filter key \"dangling\"");
  }

  @Test
  void aStoppedContainersNetworkIsNotDangling() throws IOException {
    engine.own("dockerd counts running containers only: it would prune what a stopped one needs");
    engine
        .create(
            engine.name("stopped"),
            Map.of("HostConfig", Map.of("NetworkMode", engine.name("barfoo"))))
        .expectOk();
    assertThat(names(ask("1.51", "{'dangling':['true']}")))
        .contains("unused")
        .doesNotContain("barfoo");
  }

  @Test
  void beforeThereWasNoNeedForAnInspectListsHadTheContainers() throws IOException {
    String container =
        engine.run(
            engine.name("member"),
            Map.of("HostConfig", Map.of("NetworkMode", engine.name("foobar"))));
    String filters = "{'name':['^<foobar>$']}";
    assertThat(ask("1.27", filters).json().at("/0/Containers").has(container)).isTrue();
    assertThat(ask("1.28", filters).json().at("/0/Containers")).isEmpty();
    engine.remove(container);
  }
}
