package io.gantry.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.EngineClient;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** SIGHUP, as a running daemon takes it. */
@Timeout(60)
class ReloadTest {

  private static final String EVENTS = "/events?filters=%7B%22type%22%3A%5B%22daemon%22%5D%7D";

  /** A JVM whose parent ignored SIGHUP, as nohup does, ignores it too, and so do its children. */
  private static boolean hangupIsIgnored() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .anyMatch(line -> line.matches(".*[13579bdf]"));
  }

  @Test
  void theFileIsReadAgainAndTakenOverAllOrNothing() throws Exception {
    Assumptions.assumeFalse(hangupIsIgnored(), "SIGHUP is ignored here, as below nohup");
    try (TestDaemon daemon = new TestDaemon("--bridge", "none").start();
        EngineClient.Stream events = daemon.client().open("GET", EVENTS, null, null)) {
      daemon.reload(
          """
          {"debug": true, "labels": ["rack=7"], "insecure-registries": ["reg.example:5000"],
           "registry-mirrors": ["https://mirror.example"], "max-concurrent-downloads": 1,
           "default-shm-size": "1m", "mtu": 1400}
          """);
      JsonNode event = JsonMapper.shared().readTree(events.chunk());
      JsonNode info = daemon.client().get("/info").json();
      JsonNode attributes = event.at("/Actor/Attributes");
      assertThat(event.get("Action").asString()).isEqualTo("reload");
      assertThat(event.at("/Actor/ID")).isEqualTo(info.get("ID"));
      assertThat(attributes.get("labels").asString()).isEqualTo("[\"rack=7\"]");
      assertThat(attributes.get("max-concurrent-downloads").asString()).isEqualTo("1");
      assertThat(attributes.get("name")).isEqualTo(info.get("Name"));
      assertThat(info.get("Labels").get(0).asString()).isEqualTo("rack=7");
      assertThat(info.get("Debug").asBoolean()).isTrue();
      assertThat(info.at("/RegistryConfig/Mirrors/0").asString())
          .startsWith("https://mirror.example");
      assertThat(info.at("/RegistryConfig/IndexConfigs").has("reg.example:5000")).isTrue();
      assertThat(daemon.log()).contains("mtu has changed in the file: it needs a restart");

      for (String bad :
          List.of(
              "{\"labels\": [\"rack=8\"], \"lables\": []}",
              "{\"labels\": [\"rack=8\"]",
              "{\"labels\": [\"rack=8\"], \"bridge\": \"br9\"}",
              "{\"labels\": [\"rack=8\"], \"runtimes\": {\"new\": {\"path\": \"/new\"}},"
                  + " \"default-runtime\": \"new\"}")) {
        int before = complaints(daemon);
        daemon.reload(bad);
        while (complaints(daemon) == before) {
          TimeUnit.MILLISECONDS.sleep(20);
        }
      }
      assertThat(daemon.log())
          .contains("don't match any configuration option: lables")
          .contains("specified both as a flag and in the configuration file: bridge")
          .contains("specified default runtime 'new' is not known before a restart");
      assertThat(daemon.client().get("/info").json().get("Labels")).isEqualTo(info.get("Labels"));

      daemon.reload("{}");
      JsonNode back = JsonMapper.shared().readTree(events.chunk()).at("/Actor/Attributes");
      assertThat(back.get("labels").asString()).isEqualTo("[]");
      assertThat(back.get("max-concurrent-downloads").asString()).isEqualTo("3");
      assertThat(daemon.client().get("/info").json().get("Debug").asBoolean()).isFalse();
    }
  }

  private static int complaints(TestDaemon daemon) throws IOException {
    return daemon.log().split("the configuration stays as it was: ", -1).length;
  }
}
