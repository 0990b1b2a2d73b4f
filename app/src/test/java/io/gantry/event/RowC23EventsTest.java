package io.gantry.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.http.RawClient;
import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.RowEngine;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Row C23 of the guide: which events there are, what they say, and how they are asked for. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC23EventsTest {

  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String[] IDLE = {
    "sh", "-c", "trap 'exit 7' TERM; while :; do usleep 20000; done"
  };

  private static RowEngine engine;
  private static EngineClient client;
  private static Containers containers;

  private final String name = "c23-" + HexFormat.of().toHexDigits(new Random().nextInt());
  private String since = "";

  @BeforeAll
  static void start() throws Exception {
    engine = RowEngine.start("--bridge", "none");
    client = engine.client();
    containers = new Containers(client);
  }

  @AfterAll
  static void end() throws Exception {
    engine.close();
  }

  @BeforeEach
  void remember() {
    since = stamp(Instant.now());
  }

  @AfterEach
  void remove() throws IOException {
    for (String suffix : List.of("", "-b", "-c")) {
      client.delete("/containers/" + name + suffix + "?force=1&v=1");
    }
  }

  private static String stamp(Instant time) {
    return "%d.%09d".formatted(time.getEpochSecond(), time.getNano());
  }

  /** The events since the test began that match a filter. */
  private List<JsonNode> events(String filters) throws IOException {
    return events(client, since, filters);
  }

  private static List<JsonNode> events(EngineClient from, String since, String filters)
      throws IOException {
    String until = stamp(Instant.now());
    return from.get(
            "/events?since=%s&until=%s&filters=%s"
                .formatted(since, until, URLEncoder.encode(filters, UTF_8)))
        .expectOk()
        .text()
        .lines()
        .filter(line -> !line.isBlank())
        .map(JSON::readTree)
        .toList();
  }

  private static String filter(Map<String, ?> filters) {
    return JSON.writeValueAsString(filters);
  }

  private List<JsonNode> ofContainer(String id) throws IOException {
    return events(filter(Map.of("container", List.of(id), "type", List.of("container"))));
  }

  private static List<String> actions(List<JsonNode> events) {
    return events.stream().map(event -> event.get("Action").asString()).toList();
  }

  private static JsonNode attributes(List<JsonNode> events, String action) {
    return events.stream()
        .filter(event -> event.get("Action").asString().equals(action))
        .findFirst()
        .orElseThrow(() -> new AssertionError(action + " is not among " + actions(events)))
        .at("/Actor/Attributes");
  }

  /** Waits until an event of a container is told. */
  private List<JsonNode> await(String id, Predicate<String> action) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (true) {
      List<JsonNode> events = ofContainer(id);
      if (actions(events).stream().anyMatch(action)) {
        return events;
      }
      assertThat(System.nanoTime()).as("got %s", actions(events)).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Test
  void aContainersLife() throws Exception {
    String id =
        containers.create(name, Map.of("Labels", Map.of("l", "v"), "Tty", true), Map.of(), IDLE);
    String path = "/containers/" + id;
    client.post(path + "/start").expectOk();
    client.post(path + "/resize?h=40&w=100").expectOk();
    client.post(path + "/update", Map.of("CpuShares", 512)).expectOk();
    client.post(path + "/rename?name=" + name + "-b").expectOk();
    client.post(path + "/pause").expectOk();
    client.post(path + "/unpause").expectOk();
    client.get(path + "/archive?path=/etc/passwd").expectOk();
    byte[] empty = new byte[1024];
    client.send("PUT", path + "/archive?path=/tmp", "application/x-tar", empty).expectOk();
    client.get(path + "/export").expectOk();
    client.post(path + "/kill?signal=USR1").expectOk();
    client.post(path + "/stop?t=5").expectOk();
    client.delete(path).expectOk();

    List<JsonNode> events = ofContainer(id);
    assertThat(actions(events))
        .containsSubsequence(
            "create",
            "start",
            "resize",
            "update",
            "rename",
            "pause",
            "unpause",
            "archive-path",
            "extract-to-dir",
            "export",
            "kill")
        .contains("stop", "die")
        .endsWith("destroy");
    assertThat(events)
        .allSatisfy(
            event -> {
              assertThat(event.at("/Actor/Attributes/l").asString()).isEqualTo("v");
              assertThat(event.at("/Actor/Attributes/image").asString()).isEqualTo("busybox");
              assertThat(event.get("status")).isEqualTo(event.get("Action"));
              assertThat(event.get("id").asString()).isEqualTo(id);
              assertThat(event.get("from").asString()).isEqualTo("busybox");
              assertThat(event.get("scope").asString()).isEqualTo("local");
            });
    assertThat(attributes(events, "create").get("name").asString()).isEqualTo(name);
    assertThat(attributes(events, "resize").get("height").asString()).isEqualTo("40");
    assertThat(attributes(events, "resize").get("width").asString()).isEqualTo("100");
    assertThat(attributes(events, "rename").get("oldName").asString()).isEqualTo("/" + name);
    assertThat(attributes(events, "rename").get("name").asString()).isEqualTo(name + "-b");
    assertThat(attributes(events, "kill").get("signal").asString()).isEqualTo("10");
    assertThat(attributes(events, "die").get("exitCode").asString()).isNotEmpty();
    assertThat(attributes(events, "die").get("execDuration").asString()).matches("\\d+");
  }

  @Test
  void execs() throws Exception {
    String id = containers.run(name, IDLE);
    String exec = containers.exec(id, Map.of(), "sh", "-c", "exit 3");
    String bare = containers.exec(id, Map.of(), "true");
    client.post("/exec/" + exec + "/start", Map.of("Detach", true)).expectOk();
    List<JsonNode> events = await(id, "exec_die"::equals);
    assertThat(actions(events))
        .containsSubsequence(
            "exec_create: sh -c exit 3",
            "exec_create: true ",
            "exec_start: sh -c exit 3",
            "exec_die");
    assertThat(attributes(events, "exec_create: true ").get("execID").asString()).isEqualTo(bare);
    assertThat(attributes(events, "exec_die").get("execID").asString()).isEqualTo(exec);
    assertThat(attributes(events, "exec_die").get("exitCode").asString()).isEqualTo("3");
    assertThat(
            actions(
                events(filter(Map.of("container", List.of(id), "event", List.of("exec_create"))))))
        .hasSize(2);
  }

  @Test
  void clientsThatLeaveByTheirKeys() throws Exception {
    TestDaemon own = engine.own("dockerd 28 does not tell of execs that are left");
    Map<String, ?> terminal = Map.of("Tty", true, "OpenStdin", true);
    String id = containers.run(name, terminal, Map.of(), "cat");
    leave(own, "/containers/" + id + "/attach?stream=1&stdin=1&stdout=1&detachKeys=ctrl-a", "");
    assertThat(actions(await(id, "detach"::equals))).containsSubsequence("attach", "detach");
    String exec =
        containers.exec(
            id,
            Map.of("Tty", true, "AttachStdin", true, "AttachStdout", true, "DetachKeys", "ctrl-a"),
            "cat");
    leave(own, "/exec/" + exec + "/start", "{\"Tty\":true}");
    List<JsonNode> events = await(id, "exec_detach"::equals);
    assertThat(attributes(events, "exec_detach").get("execID").asString()).isEqualTo(exec);
    assertThat(actions(events)).doesNotContain("exec_die", "die");
  }

  /** Takes the connection over, types the keys and waits until the engine hangs up. */
  private static void leave(TestDaemon daemon, String path, String body) throws IOException {
    try (RawClient raw = new RawClient(daemon.socket())) {
      raw.send(
          ("POST %s HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
                  + "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: %d\r\n\r\n%s")
              .formatted(path, body.length(), body));
      assertThat(raw.head()).startsWith("HTTP/1.1 101");
      raw.send("\u0001");
      assertThat(raw.readToEnd()).isNotNull();
    }
  }

  @Test
  void healthAndMemory() throws Exception {
    Map<String, ?> health =
        Map.of(
            "Healthcheck", Map.of("Test", List.of("CMD-SHELL", "true"), "Interval", 200_000_000L));
    String id = containers.run(name, health, Map.of(), IDLE);
    List<JsonNode> events = await(id, "health_status: healthy"::equals);
    assertThat(attributes(events, "health_status: healthy").get("name").asString()).isEqualTo(name);
    assertThat(
            actions(
                events(
                    filter(Map.of("container", List.of(name), "event", List.of("health_status"))))))
        .containsExactly("health_status: healthy");
    String hungry =
        containers.run(
            name + "-b", Map.of(), Map.of("Memory", 8 << 20), "sh", "-c", "tail /dev/zero");
    assertThat(actions(await(hungry, "die"::equals))).containsSubsequence("start", "oom");
  }

  @Test
  void commitTellsOfContainerAndImage() throws Exception {
    String id = containers.run(name, IDLE);
    String image =
        client
            .post("/commit?container=" + id + "&repo=" + name + "-img&tag=v1&comment=why", Map.of())
            .expectOk()
            .json()
            .get("Id")
            .asString();
    List<JsonNode> events = ofContainer(id);
    assertThat(actions(events)).containsSubsequence("start", "pause", "commit", "unpause");
    assertThat(attributes(events, "commit").get("comment").asString()).isEqualTo("why");
    assertThat(attributes(events, "commit").get("imageID").asString()).isEqualTo(image);
    assertThat(attributes(events, "commit").get("imageRef").asString()).isEqualTo(name + "-img:v1");
    client.delete("/images/" + name + "-img:v1").expectOk();
    List<JsonNode> ofImage = events(filter(Map.of("image", List.of(image))));
    assertThat(actions(ofImage)).containsExactly("create", "tag", "untag", "delete");
    assertThat(attributes(ofImage, "tag").get("name").asString()).isEqualTo(name + "-img:v1");
    assertThat(attributes(ofImage, "delete").get("name").asString()).isEqualTo(image);
  }

  @Test
  void filters() throws Exception {
    Map<String, ?> labels = Map.of("Labels", Map.of("k", "v", name, "1"));
    String id = containers.create(name, labels, Map.of(), "true");
    client.post("/volumes/create", Map.of("Name", name)).expectOk();
    client.delete("/volumes/" + name).expectOk();
    String mine = "\"label\":[\"" + name + "\"]";

    assertThat(actions(events("{" + mine + "}"))).containsExactly("create");
    assertThat(events("{\"label\":[\"" + name + "=1\",\"k=v\"]}")).hasSize(1);
    assertThat(events("{\"label\":[\"" + name + "=2\"]}")).isEmpty();
    assertThat(events("{" + mine + ",\"event\":[\"start\",\"create\"]}")).hasSize(1);
    assertThat(events("{\"label\":{\"" + name + "\":true},\"event\":{\"start\":true}}")).isEmpty();
    assertThat(events("{\"label\":{\"" + name + "\":true},\"event\":{\"create\":true}}"))
        .hasSize(1);
    assertThat(events("{" + mine + ",\"image\":[\"busybox\"]}")).hasSize(1);
    assertThat(events("{" + mine + ",\"image\":[\"busybox:latest\"]}")).isEmpty();
    assertThat(events("{\"container\":[\"" + id.substring(0, 10) + "\"]}")).hasSize(1);
    assertThat(events("{" + mine + ",\"scope\":[\"local\"]}")).hasSize(1);
    for (String other : List.of("node", "service", "secret", "config", "daemon", "plugin")) {
      assertThat(events("{" + mine + ",\"" + other + "\":[\"x\"]}")).as(other).isEmpty();
    }
    assertThat(events("{" + mine + ",\"scope\":[\"swarm\"]}")).isEmpty();
    assertThat(events("{" + mine + ",\"no-such-key\":[\"x\"]}")).hasSize(1);
    assertThat(actions(events("{\"volume\":[\"" + name + "\"],\"type\":[\"volume\"]}")))
        .containsExactly("create", "destroy");
    assertThat(client.get("/events?filters=x").status()).isEqualTo(400);
    assertThat(client.get("/events?since=5&until=3").text()).contains("cannot be after `until`");
  }

  @Test
  void theHistorySurvivesTheDaemon() throws Exception {
    TestDaemon own = engine.own("dockerd forgets");
    String id = containers.create(name, "true");
    client.delete("/containers/" + id).expectOk();
    List<JsonNode> before = ofContainer(id);
    assertThat(actions(before)).containsExactly("create", "destroy");
    var _ = own.stop();
    own.start();
    assertThat(ofContainer(id)).isEqualTo(before);
  }
}
