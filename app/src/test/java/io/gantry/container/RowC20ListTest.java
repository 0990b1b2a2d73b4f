package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Row C20: the filters of lists, sizes, and how many. */
class RowC20ListTest {

  private static RowEngine engine;
  private static final Map<String, String> ids = new HashMap<>();

  @BeforeAll
  static void start() throws Exception {
    engine = RowEngine.start();
    make("first", Map.of("Labels", Map.of("color", "red", "row", engine.name("c20"))));
    run(
        "second",
        Map.of(
            "Labels",
            Map.of("color", "blue", "row", engine.name("c20")),
            "ExposedPorts",
            Map.of("8080/tcp", Map.of(), "53/udp", Map.of()),
            "HostConfig",
            Map.of(
                "Binds",
                List.of(engine.name("vol") + ":/data"),
                "PortBindings",
                Map.of("8080/tcp", List.of(Map.of("HostPort", "48080"))))));
    run(
        "third",
        Map.of(
            "Labels",
            Map.of("row", engine.name("c20")),
            "Cmd",
            List.of("sh", "-c", "echo twelve bytes >/file; exit 7")));
    new Containers(engine.client()).awaitStatus(ids.get("third"), "exited");
    run("fourth", Map.of("Labels", Map.of("row", engine.name("c20"))));
    engine.client().post("/containers/" + ids.get("fourth") + "/pause").expectOk();
  }

  private static void make(String name, Map<String, ?> given) throws IOException {
    ids.put(name, engine.create(engine.name(name), given).expectOk().json().get("Id").asString());
  }

  private static void run(String name, Map<String, ?> given) throws IOException {
    ids.put(name, engine.run(engine.name(name), given));
  }

  @AfterAll
  static void end() throws Exception {
    engine.client().post("/containers/" + ids.get("fourth") + "/unpause");
    engine.removeVolumes();
    engine.close();
  }

  private static Answer ask(String options, String filters) throws IOException {
    String text = filters.replace('\'', '"');
    for (Map.Entry<String, String> id : ids.entrySet()) {
      text =
          text.replace("<" + id.getKey() + ">", engine.name(id.getKey()))
              .replace("#" + id.getKey(), id.getValue().substring(0, 20));
    }
    text = text.replace("<vol>", engine.name("vol"));
    return engine
        .client()
        .get(
            "/v1.51/containers/json?"
                + options
                + "&filters="
                + URLEncoder.encode(text, StandardCharsets.UTF_8));
  }

  /** The names this test gave, in the answer's order; others' containers are left out. */
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
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "|{}|fourth,second",
        "all=1|{}|fourth,third,second,first",
        "all=1|{'id':['#second']}|second",
        "all=1|{'name':['<first>']}|first",
        "all=1|{'name':['^/<second>$','<third>']}|third,second",
        "all=1|{'label':['color']}|second,first",
        "all=1|{'label':['color=red']}|first",
        "all=1|{'label':['color=red','color=blue']}|``",
        "all=1|{'status':['created']}|first",
        "|{'status':['exited']}|third",
        "all=1|{'status':['paused','running']}|fourth,second",
        "all=1|{'exited':['7']}|third",
        "all=1|{'exited':['8']}|``",
        "all=1|{'before':['<third>']}|second,first",
        "all=1|{'since':['<second>']}|fourth,third",
        "all=1|{'since':['<first>'],'before':['<fourth>']}|third,second",
        "all=1|{'volume':['<vol>']}|second",
        "all=1|{'volume':['/data']}|second",
        "all=1|{'network':['none'],'label':['color']}|second,first",
        "all=1|{'network':['nosuch']}|``",
        "all=1|{'publish':['8080/udp']}|``",
        "all=1|{'ancestor':['busybox'],'label':['color']}|second,first",
        "all=1|{'ancestor':['nosuch']}|``",
        "all=1|{'health':['none'],'label':['color']}|second,first",
        "all=1|{'health':['healthy'],'label':['color']}|``",
        "all=1|{'is-task':['true']}|``",
        "all=1|{'is-task':['false'],'label':['color']}|second,first",
        "all=1|{'isolation':['default'],'label':['color']}|second,first",
      })
  void filters(String options, String filters, String expected) throws IOException {
    List<String> wanted =
        expected == null || expected.isEmpty() ? List.of() : List.of(expected.split(","));
    assertThat(names(ask(options == null ? "" : options, filters))).isEqualTo(wanted);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'foo':['x']}|400|invalid filter 'foo'",
        "{'status':['x']}|400|invalid filter 'status=x': invalid value for state (x): must be one"
            + " of created, running, paused, restarting, removing, exited, dead",
        "{'health':['x']}|400|invalid filter 'health=x': invalid value for health (x): must be one"
            + " of none, starting, healthy, unhealthy",
        "{'exited':['x']}|400|invalid filter 'exited=x': strconv.Atoi: parsing \"x\": invalid"
            + " syntax",
        "{'is-task':['x']}|400|invalid filter 'is-task=[x]'",
        "{'before':['nosuch']}|404|No such container: nosuch",
        "{'publish':['x']}|500|error while looking up for publish x: strconv.ParseUint: parsing"
            + " \"x\": invalid syntax",
      })
  void whatIsNoFilter(String filters, int status, String message) throws IOException {
    Answer answer = ask("all=1", filters);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.json().get("message").asString()).isEqualTo(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'publish':['8080']}",
        "{'publish':['8000-8100/tcp']}",
        "{'expose':['53/udp']}",
        "{'expose':['1-100/udp']}",
      })
  void ports(String filters) throws IOException {
    engine.own("dockerd counts the ports of containers that are on a network only");
    assertThat(names(ask("all=1", filters))).containsExactly("second");
  }

  @Test
  void theLastOnes() throws IOException {
    String own = "{'label':['row=" + engine.name("c20") + "']}";
    assertThat(names(ask("limit=1", own))).containsExactly("fourth");
    assertThat(names(ask("limit=3", own))).containsExactly("fourth", "third", "second");
    assertThat(names(ask("limit=-1&all=1", own))).hasSize(4);
  }

  /** One that waits for its restart is shown as running is: by default, and not as exited. */
  @Test
  void restartingOnes() throws Exception {
    String id =
        engine.run(
            engine.name("crashing"),
            Map.of(
                "Cmd",
                List.of("sh", "-c", "exit 3"),
                "HostConfig",
                Map.of("RestartPolicy", Map.of("Name", "always"))));
    try {
      // from the sixth time on it waits for seconds
      new Containers(engine.client())
          .await(
              id,
              "restarting",
              now ->
                  now.at("/State/Status").asString().equals("restarting")
                      && now.get("RestartCount").asInt() > 5);
      JsonNode row = ask("", "{'id':['" + id + "']}").expectOk().json().get(0);
      assertThat(row.get("State").asString()).isEqualTo("restarting");
      assertThat(row.get("Status").asString()).startsWith("Restarting (3) ").endsWith(" ago");
      assertThat(ask("", "{'status':['restarting'],'id':['" + id + "']}").json()).hasSize(1);
      assertThat(ask("all=1", "{'exited':['3'],'id':['" + id + "']}").json()).isEmpty();
    } finally {
      engine.remove(id);
    }
  }

  @Test
  void sizesAreAskedFor() throws IOException {
    JsonNode row = ask("all=1&size=1", "{'id':['#third']}").expectOk().json().get(0);
    assertThat(row.get("SizeRw").asLong()).isEqualTo(13);
    long image = engine.client().get("/images/busybox/json").expectOk().json().get("Size").asLong();
    assertThat(row.get("SizeRootFs").asLong()).isEqualTo(image + 13);
    JsonNode inspected =
        engine.client().get("/containers/" + ids.get("third") + "/json?size=1").expectOk().json();
    assertThat(inspected.get("SizeRw").asLong()).isEqualTo(13);
    assertThat(inspected.get("SizeRootFs").asLong()).isEqualTo(image + 13);
    assertThat(ask("all=1", "{'id':['#third']}").json().get(0).has("SizeRw")).isFalse();
  }

  @Test
  void aRowSaysWhatAContainerIs() throws IOException {
    JsonNode row = ask("all=1", "{'id':['#second']}").expectOk().json().get(0);
    assertThat(row.get("Names").get(0).asString()).isEqualTo("/" + engine.name("second"));
    assertThat(row.get("Image").asString()).isEqualTo("busybox");
    assertThat(row.get("Command").asString()).isEqualTo("sleep 1000000");
    assertThat(row.get("State").asString()).isEqualTo("running");
    assertThat(row.at("/Mounts/0/Name").asString()).isEqualTo(engine.name("vol"));
    assertThat(row.at("/HostConfig/NetworkMode").asString()).isEqualTo("none");
    assertThat(row.at("/Labels/color").asString()).isEqualTo("blue");
    assertThat(ask("all=1", "{'id':['#third']}").json().get(0).get("Status").asString())
        .startsWith("Exited (7) ");
    assertThat(ask("all=1", "{'id':['#fourth']}").json().get(0).get("Status").asString())
        .startsWith("Up ")
        .endsWith(" (Paused)");
  }
}
