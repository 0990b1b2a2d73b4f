package io.gantry.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * A daemon that dies in the middle of what it was asked for: the next one finishes it or takes it
 * back, all of it. Each daemon here dies at a place that the mending of what the one before left
 * does not pass.
 */
class CutOffTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final TestDaemon daemon;
  private final EngineClient client;
  private final Containers containers;

  CutOffTest() throws IOException {
    daemon = new TestDaemon("--bridge", "none");
    client = daemon.client();
    containers = new Containers(client);
  }

  private void start(String failPoint) throws Exception {
    daemon.start("-Dgantry.failpoint=" + failPoint);
  }

  /** What is done here is not answered: the daemon dies of it. */
  @FunctionalInterface
  private interface LastRequest {
    void send() throws IOException;
  }

  private void die(LastRequest request) throws Exception {
    try {
      request.send();
    } catch (IOException e) {
      // it came to its fail point
    }
    assertThat(daemon.awaitEnd(LIMIT)).as("the daemon dies at its fail point").isTrue();
  }

  @Test
  void aRemovalTakesAnonymousVolumesWhereverTheDaemonDied() throws Exception {
    try (daemon) {
      start("container.remove.deleted");
      daemon.withBusybox();
      String deleted = withVolumes("deleted", false);
      die(() -> client.delete("/containers/" + deleted + "?v=1"));
      start("container.remove.intended");
      awaitGone(deleted);
      assertThat(volumes()).containsExactly("named-deleted");
      String intended = withVolumes("intended", false);
      die(() -> client.delete("/containers/" + intended + "?v=1"));
      start("container.remove.volumes:2");
      awaitGone(intended);
      assertThat(volumes()).containsExactly("named-deleted", "named-intended");
      String ends = withVolumes("ends", true);
      die(() -> client.post("/containers/" + ends + "/start"));
      daemon.start();
      awaitGone(ends);
      assertThat(volumes()).containsExactly("named-deleted", "named-ends", "named-intended");
      String kept = withVolumes("kept", false);
      client.delete("/containers/" + kept).expectOk();
      assertThat(volumes()).hasSize(5);
    }
  }

  /** A container with an anonymous volume and one with a name, which ends as soon as it runs. */
  private String withVolumes(String name, boolean autoRemove) throws IOException {
    return containers.create(
        name,
        Map.of("Volumes", Map.of("/anonymous", Map.of())),
        Map.of("Binds", List.of("named-" + name + ":/named"), "AutoRemove", autoRemove),
        "true");
  }

  private Set<String> volumes() throws IOException {
    Set<String> names = new TreeSet<>();
    for (JsonNode volume : client.get("/volumes").expectOk().json().get("Volumes")) {
      names.add(volume.get("Name").asString());
    }
    return names;
  }

  private void awaitGone(String id) throws Exception {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (client.get("/containers/" + id + "/json").status() != 404) {
      assertThat(System.nanoTime()).as("%s is removed", id).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
