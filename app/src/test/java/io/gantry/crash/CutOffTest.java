package io.gantry.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  @Test
  void aConnectionIsInTheRecordAndInTheKernelOrInNeither() throws Exception {
    try (daemon) {
      start("network.connected");
      daemon.withBusybox();
      for (String network : List.of("one", "two")) {
        client.post("/networks/create", Map.of("Name", network)).expectOk();
      }
      String id =
          containers.run("connected", Map.of(), Map.of("NetworkMode", "one"), "sleep", "600");
      Map<String, String> container = Map.of("Container", id);
      die(() -> client.post("/networks/two/connect", container));
      start("network.disconnecting");
      requireNetworks(id, Set.of("one"), 1);
      client.post("/networks/two/connect", container).expectOk();
      requireNetworks(id, Set.of("one", "two"), 2);
      die(() -> client.post("/networks/two/disconnect", container));
      daemon.start();
      requireNetworks(id, Set.of("one"), 1);
      client.post("/networks/two/connect", container).expectOk();
      requireNetworks(id, Set.of("one", "two"), 2);
    }
  }

  private void requireNetworks(String id, Set<String> names, int interfaces) throws IOException {
    JsonNode container = containers.inspect(id);
    assertThat(container.at("/NetworkSettings/Networks").propertyNames())
        .containsExactlyInAnyOrderElementsOf(names);
    Path net = Path.of("/proc/" + container.at("/State/Pid").asInt() + "/net/dev");
    assertThat(Files.readAllLines(net))
        .filteredOn(line -> line.contains("eth"))
        .hasSize(interfaces);
    assertThat(Files.readAllLines(Path.of(container.get("HostsPath").asString())))
        .filteredOn(line -> line.contains(id.substring(0, 12)))
        .hasSize(interfaces);
  }

  @Test
  void aVolumeHasAllOfItsFirstContentOrNone() throws Exception {
    try (daemon) {
      start("volume.filled");
      daemon.withBusybox();
      Map<String, ?> volume = Map.of("Binds", List.of("filled:/bin"));
      String id = containers.create("first", Map.of(), volume, "true");
      die(() -> client.post("/containers/" + id + "/start"));
      // as if it had died in the middle of it
      Path data = daemon.dataRoot().resolve("volumes/filled/_data");
      Files.delete(data.resolve("busybox"));
      daemon.start();
      client.post("/containers/" + id + "/start").expectOk();
      assertThat(containers.awaitStatus(id, "exited").at("/State/ExitCode").asInt()).isZero();
      Files.delete(data.resolve("ls"));
      daemon.kill();
      daemon.start();
      client.post("/containers/" + id + "/start").expectOk();
      containers.awaitStatus(id, "exited");
      assertThat(data.resolve("ls")).as("not filled a second time").doesNotExist();
    }
  }

  @Test
  void newLimitsAreInTheRecordAndInTheKernelOrInNeither() throws Exception {
    try (daemon) {
      start("container.update.intended");
      daemon.withBusybox();
      String id = containers.run("limited", Map.of(), Map.of("PidsLimit", 50), "sleep", "600");
      die(() -> client.post("/containers/" + id + "/update", Map.of("PidsLimit", 60)));
      daemon.start();
      assertThat(containers.inspect(id).at("/HostConfig/PidsLimit").asInt()).isEqualTo(60);
      assertThat(Path.of(daemon.containerCgroups().getFirst()).resolve("pids.max"))
          .hasContent("60");
      client.post("/containers/" + id + "/update", Map.of("PidsLimit", 70)).expectOk();
      daemon.kill();
      daemon.start();
      assertThat(containers.inspect(id).at("/HostConfig/PidsLimit").asInt()).isEqualTo(70);
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
