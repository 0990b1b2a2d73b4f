package io.gantry.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.net.URLEncoder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is asked for in a version of the API that does not have it yet is not seen. */
class VersionGatesTest {

  private static RowEngine engine;
  private static EngineClient client;

  @BeforeAll
  static void start() throws Exception {
    engine = RowEngine.start();
    client = engine.client();
  }

  @AfterAll
  static void end() throws Exception {
    engine.close();
  }

  private static JsonNode get(String path) throws IOException {
    return client.get(path).expectOk().json();
  }

  @Test
  void imagesHadAFilterOfTheirOwn() throws IOException {
    assertThat(get("/v1.40/images/json?filter=nosuchimage")).isEmpty();
    assertThat(get("/v1.40/images/json?filter=busybox")).isNotEmpty();
    assertThat(get("/v1.41/images/json?filter=nosuchimage")).isNotEmpty();
  }

  @Test
  void sharedSizesCameLater() throws IOException {
    assertThat(get("/v1.41/images/json?shared-size=1").at("/0/SharedSize").asInt()).isEqualTo(-1);
    assertThat(get("/v1.42/images/json?shared-size=1").at("/0/SharedSize").asInt())
        .isNotEqualTo(-1);
  }

  @Test
  void diskUsageWasAllOrNothing() throws IOException {
    assertThat(get("/v1.41/system/df?type=volume").get("Images").isArray()).isTrue();
    assertThat(get("/v1.41/system/df?type=nosuch").get("Images").isArray()).isTrue();
    assertThat(get("/v1.42/system/df?type=volume").path("Images").isArray()).isFalse();
  }

  @Test
  void imagesWereOfThisPlatform() throws IOException {
    String path = "/images/create?fromImage=127.0.0.1:1/none&tag=x&platform=a/b/c/d";
    Answer old = client.post("/v1.31" + path);
    assertThat(old.text()).doesNotContain("platform specifier");
    Answer now = client.post("/v1.32" + path);
    assertThat(now.status()).isEqualTo(400);
    assertThat(now.text()).contains("platform specifier");
  }

  @Test
  void networksHadIpv4() throws IOException {
    Map<String, Object> body =
        Map.of("Name", engine.name("ipv4"), "EnableIPv4", false, "EnableIPv6", true);
    String id = client.post("/v1.47/networks/create", body).expectOk().json().get("Id").asString();
    assertThat(get("/networks/" + id).get("EnableIPv4").asBoolean()).isTrue();
    client.delete("/networks/" + id).expectOk();
    id = client.post("/v1.48/networks/create", body).expectOk().json().get("Id").asString();
    assertThat(get("/networks/" + id).get("EnableIPv4").asBoolean()).isFalse();
    client.delete("/networks/" + id).expectOk();
  }

  @Test
  void thatAnImageIsMadeWasNoEvent() throws IOException {
    String name = engine.name("commit");
    engine.create(name, Map.of()).expectOk();
    String since = stamp(Instant.now());
    String image = client.post("/commit?container=" + name).expectOk().json().get("Id").asString();
    String path =
        "/events?since=%s&until=%s&filters=%s"
            .formatted(
                since, stamp(Instant.now()), URLEncoder.encode("{\"type\":[\"image\"]}", UTF_8));
    assertThat(actions(client.get("/v1.46" + path), image)).contains("create");
    assertThat(actions(client.get("/v1.45" + path), image)).doesNotContain("create");
    client.delete("/images/" + image).expectOk();
  }

  private static List<String> actions(Answer events, String image) {
    return events
        .expectOk()
        .text()
        .lines()
        .filter(line -> !line.isBlank())
        .map(line -> JsonMapper.shared().readTree(line))
        .filter(event -> event.at("/Actor/ID").asString().equals(image))
        .map(event -> event.get("Action").asString())
        .toList();
  }

  private static String stamp(Instant time) {
    return "%d.%09d".formatted(time.getEpochSecond(), time.getNano());
  }
}
