package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.RowEngine;
import io.gantry.testing.TestBridge;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code --link} on a default bridge whose containers are kept apart ({@code --icc=false}). */
class LinksTest {

  private static final String SERVE =
      "nc -ll -p 81 -e echo port 81 & exec nc -ll -p 80 -e echo port 80";

  private static TestBridge bridge;
  private static RowEngine engine;

  @BeforeAll
  static void start() throws Exception {
    bridge = TestBridge.make();
    engine = RowEngine.start("--bridge", bridge.name(), "--icc=false");
  }

  @AfterAll
  static void end() throws Exception {
    engine.close();
    bridge.close();
  }

  private static Map<String, Object> server() {
    return Map.of(
        "Cmd",
        List.of("sh", "-c", SERVE),
        "Env",
        List.of("COLOR=red"),
        "ExposedPorts",
        Map.of("80/tcp", Map.of(), "53/udp", Map.of()),
        "HostConfig",
        Map.of("NetworkMode", "bridge"));
  }

  private static String client(String name, String... links) throws IOException {
    return engine.run(
        engine.name(name),
        Map.of("HostConfig", Map.of("NetworkMode", "bridge", "Links", List.of(links))));
  }

  /** What the server answers at a port, or nothing. */
  private static String ask(String from, String address, int port) throws IOException {
    return engine.shell(from, "nc -w 1 " + address + " " + port + " </dev/null 2>/dev/null");
  }

  private static String address(String container) throws IOException {
    return engine.inspect(container).at("/NetworkSettings/IPAddress").asString();
  }

  @Test
  void opensExposedPortsAndNoMore() throws Exception {
    var daemon = engine.own("the reference keeps nobody apart");
    String server = engine.run(engine.name("server"), server());
    String linked = client("linked", engine.name("server") + ":db");
    String stranger = client("stranger");
    String address = address(server);
    assertThat(ask(linked, "db", 80)).isEqualTo("port 80");
    assertThat(ask(linked, address, 81)).isEmpty();
    assertThat(ask(stranger, address, 80)).isEmpty();
    assertThat(ask(server, address(linked), 80)).isEmpty();
    daemon.kill();
    daemon.start();
    assertThat(ask(linked, address, 80)).as("after a daemon's death").isEqualTo("port 80");
    assertThat(ask(stranger, address, 80)).isEmpty();
    engine.client().post("/containers/" + server + "/kill").expectOk();
    engine.client().post("/containers/" + server + "/wait").expectOk();
    // its address may be another's now, who is not linked to
    assertThat(rules(linked)).isEmpty();
    engine.client().post("/containers/" + server + "/start").expectOk();
    assertThat(ask(linked, address(server), 80)).as("started again").isEqualTo("port 80");
    String own = address(linked);
    engine.client().post("/containers/" + linked + "/kill").expectOk();
    engine.client().post("/containers/" + linked + "/wait").expectOk();
    assertThat(rulesWith(own)).isEmpty();
    engine.removeContainers();
  }

  private static List<String> rules(String container) throws Exception {
    return rulesWith(address(container));
  }

  /** Rules with an address, once what is removed a little later is gone. */
  private static List<String> rulesWith(String address) throws Exception {
    List<String> found = List.of();
    for (int i = 0; i < 60; i++) {
      Process save = new ProcessBuilder("iptables-save", "-t", "filter").start();
      found =
          new String(save.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> line.contains("-s " + address + "/") && line.contains(bridge.name()))
              .toList();
      if (found.isEmpty()) {
        return found;
      }
      Thread.sleep(100);
    }
    return found;
  }

  @Test
  void isToldInVariablesAlsoToExecs() throws Exception {
    String server = engine.run(engine.name("told"), server());
    String linked = client("asks", engine.name("told") + ":db-1");
    String address = address(server);
    assertThat(engine.shell(linked, "env | grep ^DB_1_").lines().sorted())
        .containsExactly(
            "DB_1_ENV_COLOR=red",
            "DB_1_NAME=/" + engine.name("asks") + "/db-1",
            "DB_1_PORT=tcp://" + address + ":80",
            "DB_1_PORT_53_UDP=udp://" + address + ":53",
            "DB_1_PORT_53_UDP_ADDR=" + address,
            "DB_1_PORT_53_UDP_PORT=53",
            "DB_1_PORT_53_UDP_PROTO=udp",
            "DB_1_PORT_80_TCP=tcp://" + address + ":80",
            "DB_1_PORT_80_TCP_ADDR=" + address,
            "DB_1_PORT_80_TCP_PORT=80",
            "DB_1_PORT_80_TCP_PROTO=tcp");
    engine.client().post("/containers/" + server + "/kill").expectOk();
    engine.client().post("/containers/" + server + "/wait").expectOk();
    Answer refused =
        engine.client().post("/containers/" + linked + "/exec", Map.of("Cmd", List.of("env")));
    assertThat(refused.status()).isEqualTo(500);
    assertThat(refused.json().get("message").asString())
        .isEqualTo(
            "Cannot link to a non running container: /%s AS /%s/db-1"
                .formatted(engine.name("told"), engine.name("asks")));
    engine.removeContainers();
  }

  /** {@code docker rm --link}: the link goes, and stays away; both containers stay. */
  @Test
  void isRemovedAlone() throws Exception {
    String server = engine.run(engine.name("target"), server());
    String parent = engine.name("parent");
    String linked = client("parent", engine.name("target") + ":db", engine.name("target") + ":x");
    String address = address(server);
    assertThat(ask(linked, address, 80)).isEqualTo("port 80");
    Answer removed = engine.client().delete("/containers/" + parent + "/x?link=1&v=1&force=1");
    assertThat(removed.status()).isEqualTo(204);
    assertThat(links(linked))
        .isEqualTo("[\"/%s:/%s/db\"]".formatted(engine.name("target"), parent));
    if (!engine.isReference()) {
      // dockerd takes all names of the other one away
      assertThat(engine.shell(linked, "grep -c '\tdb ' /etc/hosts")).isEqualTo("1");
      assertThat(ask(linked, "db", 80)).isEqualTo("port 80");
    }
    assertThat(engine.shell(linked, "grep -c '\tx ' /etc/hosts")).isEqualTo("0");
    engine.client().delete("/containers/" + parent + "/db?link=1").expectOk();
    assertThat(links(linked)).isEqualTo("null");
    assertThat(engine.shell(linked, "grep -c '\tdb ' /etc/hosts; env | grep -c ^DB_"))
        .isEqualTo("0\n0");
    if (!engine.isReference()) {
      assertThat(ask(linked, address, 80)).isEmpty();
      engine.daemon().kill();
      engine.daemon().start();
      assertThat(links(linked)).as("after a daemon's death").isEqualTo("null");
      assertThat(ask(linked, address, 80)).isEmpty();
    }
    for (String container : List.of(server, linked)) {
      assertThat(engine.inspect(container).at("/State/Running").asBoolean()).isTrue();
    }
    engine.removeContainers();
  }

  private static String links(String container) throws IOException {
    return engine.inspect(container).at("/HostConfig/Links").toString();
  }

  @Test
  void linksThatAreNotThereCannotBeRemoved() throws Exception {
    String alone = engine.run(engine.name("alone"), server());
    String name = engine.name("alone");
    assertThat(message("/containers/" + name + "?link=1", 500))
        .isEqualTo("Conflict, cannot remove the default link name of the container");
    assertThat(message("/containers/" + name + "/db?link=1", 404))
        .isEqualTo("No such container: " + name + "/db");
    assertThat(message("/containers/nosuch?link=1", 404)).isEqualTo("No such container: nosuch");
    assertThat(engine.inspect(alone).at("/State/Running").asBoolean()).isTrue();
    engine.removeContainers();
  }

  private static String message(String path, int status) throws IOException {
    Answer answer = engine.client().delete(path);
    assertThat(answer.status()).isEqualTo(status);
    return answer.json().get("message").asString();
  }
}
