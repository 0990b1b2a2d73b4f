package io.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.RowEngine;
import io.gantry.testing.TestDaemon;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What requests and answers mean to clients of older versions of the API, as dockerd 28 has it. */
class OldVersionsTest {

  /** Waits until the first process has its own way with SIGUSR1 and SIGTERM. */
  private static final String TRAPPED =
      "until grep -q 'SigCgt:.*42..$' /proc/1/status; do sleep 0.1; done";

  @Test
  void whatAContainerIsMadeOfAndShownAsFollowsTheVersion() throws Exception {
    try (TestDaemon daemon = new TestDaemon("--bridge", "none").start().withBusybox()) {
      EngineClient client = daemon.client();
      client.post("/networks/create", "{\"Name\": \"old\"}").expectOk();
      String request =
          """
          {"Image": "busybox", "Hostname": "host7", "HostConfig": {"AutoRemove": true, "NetworkMode": "old"},
           "NetworkingConfig": {"EndpointsConfig": {"old": {"Aliases": ["web"]}}}}
          """;
      String id =
          client.post("/v1.24/containers/create", request).expectOk().json().get("Id").asString();
      JsonNode old = client.get("/v1.44/containers/" + id + "/json").expectOk().json();
      assertThat(old.at("/HostConfig/IpcMode").asString()).isEqualTo("shareable");
      assertThat(old.at("/HostConfig/AutoRemove").asBoolean()).isFalse();
      assertThat(old.at("/NetworkSettings/Networks/old/Aliases").toString())
          .isEqualTo("[\"web\",\"" + id.substring(0, 12) + "\",\"host7\"]");

      JsonNode now = client.get("/v1.45/containers/" + id + "/json").expectOk().json();
      assertThat(now.at("/NetworkSettings/Networks/old/Aliases").toString()).isEqualTo("[\"web\"]");

      id = client.post("/v1.40/containers/create", request).expectOk().json().get("Id").asString();
      JsonNode later = client.get("/containers/" + id + "/json").expectOk().json();
      assertThat(later.at("/HostConfig/IpcMode").asString()).isEqualTo("private");
      assertThat(later.at("/HostConfig/AutoRemove").asBoolean()).isTrue();
    }
  }

  /** What is made at create is in the table of {@code RowC1NetworkingTest}. */
  @Test
  void whatIsDoneWithAContainerFollowsTheVersionToo() throws Exception {
    try (RowEngine engine = RowEngine.start()) {
      EngineClient client = engine.client();
      String trap =
          "trap 'exit 7' USR1; trap 'exit 8' TERM; echo ready; while :; do sleep 0.1; done";
      String id = engine.run(engine.name("old"), Map.of("Cmd", List.of("sh", "-c", trap)));
      engine.shell(id, TRAPPED);
      client
          .post("/v1.39/containers/" + id + "/update", Map.of("PidsLimit", 9, "CpuShares", 77))
          .expectOk();
      JsonNode host = engine.inspect(id).get("HostConfig");
      assertThat(host.path("PidsLimit").asLong()).isZero();
      assertThat(host.path("CpuShares").asLong()).isEqualTo(77);

      client.post("/v1.41/containers/" + id + "/stop?signal=SIGUSR1").expectOk();
      assertThat(engine.inspect(id).at("/State/ExitCode").asInt()).isEqualTo(8);
      client.post("/containers/" + id + "/start").expectOk();
      engine.shell(id, TRAPPED);
      client.post("/v1.42/containers/" + id + "/stop?signal=SIGUSR1").expectOk();
      assertThat(engine.inspect(id).at("/State/ExitCode").asInt()).isEqualTo(7);

      Map<String, ?> request = engine.body(Map.of());
      String name = engine.name("platform");
      String other = "&platform=linux/s390x";
      assertThat(client.post("/v1.41/containers/create?name=" + name + other, request).status())
          .isEqualTo(404);
      client.post("/v1.40/containers/create?name=" + name + other, request).expectOk();
      engine.remove(name);
    }
  }

  @Test
  void aStartTakesNoOptions() throws Exception {
    try (RowEngine engine = RowEngine.start()) {
      EngineClient client = engine.client();
      String id =
          engine.create(engine.name("start"), Map.of()).expectOk().json().get("Id").asString();
      String path = "/v1.24/containers/" + id + "/start";
      Answer refused = client.post(path, "{\"a\":1, \"b\":2}");
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.json().get("message").asString())
          .isEqualTo(
              "starting container with non-empty request body was deprecated since API v1.22 and"
                  + " removed in v1.24");
      assertThat(client.post(path, "{     }").status()).isEqualTo(204);
    }
  }
}
