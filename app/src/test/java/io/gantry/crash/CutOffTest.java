package io.gantry.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

  @Test
  void limitsThatTheKernelRefusesAreInNoRecord() throws Exception {
    Path memory = Path.of("/sys/fs/cgroup/memory");
    assumeTrue(Files.isDirectory(memory), "cgroup v2 takes any limit");
    try (daemon) {
      start("container.update.intended");
      daemon.withBusybox();
      String id =
          containers.run(
              "large",
              Map.of(),
              Map.of("Memory", 256 << 20, "Tmpfs", Map.of("/large", "size=64m")),
              "sh",
              "-c",
              "head -c 50000000 /dev/zero > /large/file; touch /large/done; sleep 600");
      Path done = Path.of("/proc/" + containers.pid(id) + "/root/large/done");
      long end = System.nanoTime() + LIMIT.toNanos();
      while (!Files.exists(done)) {
        assertThat(System.nanoTime()).isLessThan(end);
        TimeUnit.MILLISECONDS.sleep(20);
      }
      die(() -> client.post("/containers/" + id + "/update", Map.of("Memory", 8 << 20)));
      daemon.start();
      assertThat(containers.inspect(id).at("/HostConfig/Memory").asInt()).isEqualTo(256 << 20);
      Path limit = memory.resolve(daemon.cgroup()).resolve(id).resolve("memory.limit_in_bytes");
      assertThat(limit).content().isEqualToIgnoringNewLines(Integer.toString(256 << 20));
      assertThat(containers.status(id)).isEqualTo("running");
    }
  }

  @Test
  void aUserFinishesARemovalThatWasCutOff() throws Exception {
    try (daemon) {
      String id = cutOffRemoval();
      daemon.start();
      assertThat(client.delete("/containers/" + id + "?force=1").status()).isIn(204, 404);
      awaitGone(id);
    }
  }

  /** A container whose removal has begun. */
  private String cutOffRemoval() throws Exception {
    start("container.remove.intended");
    daemon.withBusybox();
    String id = containers.create("cut", "true");
    die(() -> client.delete("/containers/" + id));
    return id;
  }

  @Test
  void aStartByAUserLeavesARemovalThatWasCutOffToTheDaemon() throws Exception {
    try (daemon) {
      String id = cutOffRemoval();
      daemon.start();
      assertThat(client.post("/containers/" + id + "/start").status()).isIn(404, 409);
      awaitGone(id);
    }
  }

  @Test
  void aContainerIsFrozenOrNotAsItsRecordSays() throws Exception {
    try (daemon) {
      start("container.pause.frozen");
      daemon.withBusybox();
      String id = containers.run("paused", "sleep", "600");
      die(() -> client.post("/containers/" + id + "/pause"));
      start("container.unpause.thawed");
      assertThat(containers.status(id)).isEqualTo("running");
      client.post("/containers/" + id + "/pause").expectOk();
      die(() -> client.post("/containers/" + id + "/unpause"));
      daemon.start();
      assertThat(containers.status(id)).isEqualTo("running");
      client.post("/containers/" + id + "/stop?t=0").expectOk();
    }
  }

  @Test
  void aNameIsGivenEverywhereOrNowhere() throws Exception {
    try (daemon) {
      start("container.rename.recorded");
      daemon.withBusybox();
      client.post("/networks/create", Map.of("Name", "net")).expectOk();
      String id = containers.run("before", Map.of(), Map.of("NetworkMode", "net"), "sleep", "600");
      die(() -> client.post("/containers/" + id + "/rename?name=after"));
      daemon.start();
      JsonNode names = containers.inspect("after").at("/NetworkSettings/Networks/net/DNSNames");
      assertThat(names.valueStream().map(JsonNode::asString).toList())
          .contains("after")
          .doesNotContain("before");
    }
  }

  @Test
  void theHostChannelOfAStartThatWasCutOffGoesWithTheContainer() throws Exception {
    Path place = Path.of("/run/gantry-channel-" + daemon.cgroup());
    try (daemon) {
      start("channel.place.made");
      daemon.withBusybox();
      Map<String, ?> channel =
          Map.of(
              "PathOnHost",
              place.toString(),
              "PathInContainer",
              "/channel",
              "Permissions",
              "rw",
              "Size",
              1 << 20);
      String id = containers.create("channel", Map.of(), Map.of("HostChannel", channel), "true");
      die(() -> client.post("/containers/" + id + "/start"));
      assertThat(place).isDirectory();
      daemon.start();
      client.delete("/containers/" + id).expectOk();
      assertThat(place).doesNotExist();
    } finally {
      Files.deleteIfExists(place);
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
