package io.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.EngineClient;
import io.gantry.testing.TestDaemon;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What requests and answers mean to clients of older versions of the API, as dockerd 28 has it. */
class OldVersionsTest {

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
}
