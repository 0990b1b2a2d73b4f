package io.gantry.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.crash.Workload.Knowledge;
import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Kills the daemon at every fail point and at random moments while clients work, and looks after
 * each restart whether all that was acknowledged is there, nothing else is, running containers ran
 * on, and no line of output or exit code is lost; at the end, that nothing is left on the host.
 * {@code -Dgantry.crash.kills=1000 -Dtest.timeout=14400} for more kills.
 */
class CrashTest {

  private static final int KILLS = Integer.getInteger("gantry.crash.kills", 100);
  private static final long SEED = Long.getLong("gantry.crash.seed", System.nanoTime());
  private static final String COUNTER =
      "i=0; while :; do i=$((i+1)); echo line $i; usleep 20000; done";

  private final Random random = new Random(SEED);

  @Test
  void nothingAcknowledgedIsLostAndNothingIsLeft() throws Exception {
    System.out.println("seed " + SEED + ", " + KILLS + " kills");
    List<String> points = FailPoints.all();
    assertThat(points).isNotEmpty();
    try (TestDaemon daemon = new TestDaemon("--bridge", "none")) {
      try {
        killAndCompare(daemon, points);
      } catch (Exception | AssertionError e) {
        System.out.println("the daemon's log ends with:\n" + daemon.logTail());
        throw e;
      }
    }
  }

  private void killAndCompare(TestDaemon daemon, List<String> points) throws Exception {
    daemon.start().withBusybox();
    EngineClient client = daemon.client();
    client.post("/networks/create", Map.of("Name", "crashnet", "Driver", "bridge")).expectOk();
    String counter = startCounter(client);
    JsonNode before = client.get("/containers/" + counter + "/json").json();
    Workload workload = new Workload(client, random.nextLong(), "crashnet");
    daemon.stop();
    int died = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      boolean atPoint = kill % 4 != 3;
      String point = points.get(kill % points.size());
      boolean answers = startArmed(daemon, atPoint ? point + ":" + (1 + random.nextInt(3)) : "");
      if (!answers || !stillThere(daemon, workload, counter, before)) {
        died++;
        daemon.start();
        stillThere(daemon, workload, counter, before);
      }
      died += load(daemon, workload) ? 1 : 0;
      if (kill % 20 == 19) {
        daemon.start();
        check(client, workload);
        removeAll(client, workload);
        checkNothingLeft(daemon, Set.of(counter));
        daemon.kill();
      }
    }
    daemon.start();
    check(client, workload);
    System.out.println(died + " of " + KILLS + " daemons died at a fail point");
    client.post("/containers/" + counter + "/stop?t=0").expectOk();
    checkLines(client, counter);
    removeAll(client, workload);
    client.delete("/containers/" + counter + "?force=1").expectOk();
    client.delete("/networks/crashnet").expectOk();
    checkNothingLeft(daemon, Set.of());
  }

  /**
   * Looks whether all is as it was told; false when the daemon came to its fail point meanwhile, in
   * the background.
   */
  private static boolean stillThere(
      TestDaemon daemon, Workload workload, String counter, JsonNode before) throws Exception {
    EngineClient client = daemon.client();
    JsonNode after;
    try {
      check(client, workload);
      after = client.get("/containers/" + counter + "/json").json();
    } catch (IOException e) {
      if (daemon.awaitEnd(Duration.ofSeconds(1))) {
        return false;
      }
      throw e;
    }
    assertThat(after.at("/State/Pid").asInt()).isEqualTo(before.at("/State/Pid").asInt());
    assertThat(after.at("/State/Status").asString()).isEqualTo("running");
    return true;
  }

  /** Starts a daemon that is to die at a place; whether it came so far as to answer. */
  private static boolean startArmed(TestDaemon daemon, String point) throws Exception {
    if (point.isEmpty()) {
      daemon.start();
      return true;
    }
    daemon.launch("-Dgantry.failpoint=" + point);
    boolean answers = awaitAnswer(daemon);
    assertThat(answers || !daemon.isAlive()).as("the daemon answers or dies").isTrue();
    return answers;
  }

  /** Lets clients work until the daemon dies, or kills it; whether it died by itself. */
  private boolean load(TestDaemon daemon, Workload workload) throws Exception {
    List<Thread> clients = workload.start();
    boolean died = daemon.awaitEnd(Duration.ofMillis(300 + random.nextInt(1200)));
    if (!died) {
      daemon.kill();
    }
    workload.stop();
    for (Thread thread : clients) {
      thread.join();
    }
    return died;
  }

  private static boolean awaitAnswer(TestDaemon daemon) throws Exception {
    return await(
            TestDaemon.START_LIMIT,
            () -> {
              try {
                return !daemon.isAlive() || daemon.client().get("/_ping").status() == 200;
              } catch (IOException e) {
                return false;
              }
            })
        && daemon.isAlive();
  }

  private static boolean await(Duration limit, BooleanSupplier condition)
      throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return true;
  }

  private static String startCounter(EngineClient client) throws IOException {
    String id =
        client
            .post(
                "/containers/create?name=counter",
                Map.of(
                    "Image", "busybox",
                    "Cmd", List.of("sh", "-c", COUNTER),
                    "HostConfig", Map.of("NetworkMode", "crashnet")))
            .expectOk()
            .json()
            .get("Id")
            .asString();
    client.post("/containers/" + id + "/start").expectOk();
    return id;
  }

  private static void check(EngineClient client, Workload workload) throws Exception {
    Map<String, JsonNode> listed = new HashMap<>();
    for (JsonNode container : client.get("/containers/json?all=1").expectOk().json()) {
      listed.put(container.get("Names").get(0).asString().substring(1), container);
    }
    listed.remove("counter");
    compare("container", workload.containers, listed.keySet());
    Set<String> volumes = new HashSet<>();
    for (JsonNode volume : client.get("/volumes").expectOk().json().get("Volumes")) {
      volumes.add(volume.get("Name").asString());
    }
    compare("volume", workload.volumes, volumes);
    Set<String> tags = new HashSet<>();
    for (JsonNode image : client.get("/images/json").expectOk().json()) {
      for (JsonNode tag : image.get("RepoTags")) {
        if (tag.asString().startsWith("crash:")) {
          tags.add(tag.asString().substring("crash:".length()));
        }
      }
    }
    compare("tag", workload.tags, tags);
    Set<String> networks = new HashSet<>();
    for (JsonNode network : client.get("/networks").expectOk().json()) {
      networks.add(network.get("Name").asString());
    }
    networks.removeAll(Set.of("host", "none", "crashnet"));
    compare("network", workload.networks, networks);
    for (Map.Entry<String, Integer> ended : workload.exitCodes.entrySet()) {
      checkExit(client, ended.getKey(), ended.getValue());
    }
  }

  private static void compare(String kind, Map<String, Knowledge> told, Set<String> there) {
    for (Map.Entry<String, Knowledge> object : told.entrySet()) {
      boolean exists = there.contains(object.getKey());
      switch (object.getValue()) {
        case MADE ->
            assertThat(exists).as("%s %s was acknowledged", kind, object.getKey()).isTrue();
        case REMOVED -> assertThat(exists).as("%s %s was removed", kind, object.getKey()).isFalse();
        default -> {}
      }
    }
    assertThat(told.keySet()).as("nothing nobody asked for: %ss", kind).containsAll(there);
  }

  private static void checkExit(EngineClient client, String name, int exitCode) throws Exception {
    boolean ended =
        await(
            Duration.ofSeconds(20),
            () -> {
              try {
                String status =
                    client
                        .get("/containers/" + name + "/json")
                        .json()
                        .at("/State/Status")
                        .asString();
                return status.equals("exited");
              } catch (IOException e) {
                return false;
              }
            });
    JsonNode container = client.get("/containers/" + name + "/json").expectOk().json();
    assertThat(ended).as("%s ends: %s", name, container.get("State")).isTrue();
    assertThat(container.at("/State/ExitCode").asInt())
        .as("exit code of %s", name)
        .isEqualTo(exitCode);
    Answer log = client.get("/containers/" + name + "/logs?stdout=1").expectOk();
    assertThat(Containers.payload(log.body())).as("log of %s", name).isEqualTo("done\n");
  }

  private static void checkLines(EngineClient client, String counter) throws IOException {
    String log =
        Containers.payload(
            client.get("/containers/" + counter + "/logs?stdout=1").expectOk().body());
    List<String> lines = log.lines().toList();
    assertThat(lines).hasSizeGreaterThan(100);
    for (int i = 0; i < lines.size(); i++) {
      assertThat(lines.get(i))
          .as("line %d of %d", i + 1, lines.size())
          .isEqualTo("line " + (i + 1));
    }
  }

  private static void removeAll(EngineClient client, Workload workload) throws IOException {
    for (JsonNode container : client.get("/containers/json?all=1").json()) {
      String name = container.get("Names").get(0).asString();
      if (!name.equals("/counter")) {
        client.delete("/containers" + name + "?force=1&v=1").expectOk();
      }
    }
    for (JsonNode network : client.get("/networks").expectOk().json()) {
      if (workload.networks.containsKey(network.get("Name").asString())) {
        client.delete("/networks/" + network.get("Id").asString()).expectOk();
      }
    }
    workload.networks.clear();
    workload.containers.clear();
    workload.exitCodes.clear();
  }

  /** Nothing but what the containers that are left need is on the host. */
  private static void checkNothingLeft(TestDaemon daemon, Set<String> containers) throws Exception {
    HostState.Counts allowed = new HostState.Counts(containers.size());
    boolean clean = await(Duration.ofSeconds(15), () -> HostState.of(daemon).isWithin(allowed));
    assertThat(clean).as("left on the host: %s", HostState.of(daemon)).isTrue();
    Path snapshots = daemon.dataRoot().resolve("containers");
    try (Stream<Path> directories = Files.list(snapshots)) {
      assertThat(directories.map(path -> path.getFileName().toString()).toList())
          .as("directories of containers")
          .allMatch(containers::contains);
    }
  }
}
