package io.gantry.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.crash.Workload.Knowledge;
import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.TestDaemon;
import io.gantry.testing.TestRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Kills the daemon at every fail point and at random moments while clients work, and looks after
 * each restart whether all that was acknowledged is there, nothing else is, running containers ran
 * on, and no line of output or exit code is lost; at the end, that nothing is left on the host and
 * that a daemon has died at each fail point, here or in a test of its own. {@code
 * -Dgantry.crash.kills=1000 -Dtest.timeout=14400} for more kills.
 */
class CrashTest {

  private static final int KILLS = Integer.getInteger("gantry.crash.kills", 100);
  private static final long SEED = Long.getLong("gantry.crash.seed", System.nanoTime());
  private static final String BRIDGE_NAME = "com.docker.network.bridge.name";
  private static final String COUNTER =
      "i=0; while :; do i=$((i+1)); echo line $i; echo $i >/last/now && mv /last/now /last/number;"
          + " usleep 20000; done";

  /** In which the load comes to each fail point. */
  private static final Duration POINT_LIMIT = Duration.ofSeconds(20);

  private final Random random = new Random(SEED);

  @Test
  void nothingAcknowledgedIsLostAndNothingIsLeft() throws Exception {
    System.out.println("seed " + SEED + ", " + KILLS + " kills");
    List<String> points = FailPoints.all();
    assertThat(points).isNotEmpty();
    try (TestRegistry registry = TestRegistry.start();
        TestDaemon daemon = new TestDaemon("--bridge", "none")) {
      try {
        killAndCompare(daemon, registry, points);
      } catch (Exception | AssertionError e) {
        System.out.println("the daemon's log ends with:\n" + daemon.logTail());
        throw e;
      }
    }
  }

  private void killAndCompare(TestDaemon daemon, TestRegistry registry, List<String> points)
      throws Exception {
    daemon.start().withBusybox();
    EngineClient client = daemon.client();
    Map<String, String> blobs = pushImages(client, registry);
    for (String network : List.of("crashnet", "crashnet2")) {
      Map<String, ?> options = Map.of(BRIDGE_NAME, bridgeOf(daemon, network));
      client.post("/networks/create", Map.of("Name", network, "Options", options)).expectOk();
    }
    Path last = Files.createDirectory(daemon.execRoot().resolve("last"));
    String counter = startCounter(client, last);
    JsonNode before = client.get("/containers/" + counter + "/json").json();
    HostState.Marks marks = HostState.Marks.of(bridgeOf(daemon, "crashnet"));
    HostState host = HostState.of(daemon, marks);
    long layers = sizeOfLayers(client);
    Workload workload =
        new Workload(
            client,
            random.nextLong(),
            "crashnet",
            "crashnet2",
            List.copyOf(blobs.keySet()),
            hooks(daemon));
    daemon.stop();
    Deque<String> next = new ArrayDeque<>();
    Set<String> passed = new TreeSet<>();
    // The load does not come to what has a test of its own: the making of the database, say
    Set<String> alone = FailPoints.killedAlone(points);
    List<String> required = points.stream().filter(point -> !alone.contains(point)).toList();
    for (int kill = 0;
        kill < KILLS || (kill < KILLS * 5 / 4 && !passed.containsAll(required));
        kill++) {
      if (next.isEmpty()) {
        List<String> shuffled = new ArrayList<>(points);
        Collections.shuffle(shuffled, random);
        shuffled.sort(
            Comparator.comparing(point -> passed.contains(point) || alone.contains(point)));
        next.addAll(shuffled);
      }
      String point = kill < KILLS && random.nextInt(4) == 0 ? "" : next.remove();
      // the first pass is the surest; later ones find the daemon busier
      String armed = passed.contains(point) ? point + ":" + (1 + random.nextInt(3)) : point;
      boolean answers = startArmed(daemon, armed);
      if (!answers || !stillThere(daemon, workload, counter, before)) {
        note(daemon, point, passed);
        daemon.start();
        stillThere(daemon, workload, counter, before);
      }
      load(daemon, workload, passed.contains(point) || alone.contains(point) ? "" : point);
      note(daemon, point, passed);
      if (kill % 20 == 19) {
        daemon.start();
        check(client, workload);
        checkImages(client, blobs);
        checkContainers(client);
        removeAll(client, workload);
        checkNothingLeft(daemon, Set.of(counter), marks, host);
        assertThat(sizeOfLayers(client)).as("bytes of layers").isEqualTo(layers);
        daemon.kill();
      }
    }
    assertThat(passed).as("fail points at which a daemon died").containsAll(required);
    daemon.start();
    check(client, workload);
    client.post("/containers/" + counter + "/stop?t=0").expectOk();
    checkLines(client, counter, Integer.parseInt(Files.readString(last.resolve("number")).strip()));
    removeAll(client, workload);
    client.delete("/containers/" + counter + "?force=1").expectOk();
    checkNothingLeft(daemon, Set.of(), marks, host);
    for (String network : List.of("crashnet", "crashnet2")) {
      client.delete("/networks/" + network).expectOk();
    }
    // the name of the one begins that of the other
    assertThat(HostState.of(daemon, marks).rules())
        .noneMatch(rule -> rule.contains(bridgeOf(daemon, "crashnet")));
  }

  private static void note(TestDaemon daemon, String point, Set<String> passed) {
    if (daemon.diedAtFailPoint()) {
      passed.add(point);
    }
  }

  /** Bridges are the host's: each run has its own. */
  private static String bridgeOf(TestDaemon daemon, String network) {
    String id = daemon.cgroup().substring("gantry-test-".length());
    return "br-" + id + (network.endsWith("2") ? "-2" : "");
  }

  /**
   * Brings an image for each client into the registry, with a file of its own that nobody can
   * guess.
   *
   * @return the digests of the files by the names of the images
   */
  private static Map<String, String> pushImages(EngineClient client, TestRegistry registry)
      throws Exception {
    Containers containers = new Containers(client);
    Map<String, String> blobs = new HashMap<>();
    for (int i = 0; i < Workload.CLIENTS; i++) {
      String repository = registry.name("crash/image" + i);
      String id =
          containers.run(
              "make" + i,
              "sh",
              "-c",
              "dd if=/dev/urandom of=/blob bs=1024 count=3000 2>/dev/null; sha256sum /blob");
      containers.awaitStatus(id, "exited");
      String tagged = repository + ":latest";
      client.post("/commit?container=" + id + "&repo=" + repository + "&tag=latest").expectOk();
      Answer push = client.post("/images/" + repository + "/push?tag=latest").expectOk();
      assertThat(push.text()).doesNotContain("\"error\"");
      blobs.put(tagged, containers.log(id));
      client.delete("/images/" + tagged).expectOk();
      client.delete("/containers/" + id).expectOk();
    }
    return blobs;
  }

  /** A file of hooks, which do nothing. */
  private static Path hooks(TestDaemon daemon) throws IOException {
    Path program = daemon.dataRoot().resolve("hooks/nothing");
    Files.writeString(program, "#!/bin/sh\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    String hook = "[{\"path\":\"%s\",\"args\":[\"nothing\"],\"env\":[]}]".formatted(program);
    return Files.writeString(
        daemon.execRoot().resolve("hooks.json"),
        "{\"poststart\":%s,\"poststop\":%s}".formatted(hook, hook));
  }

  /** An image that is listed can be used, and has what it was pushed with. */
  private static void checkImages(EngineClient client, Map<String, String> blobs) throws Exception {
    Containers containers = new Containers(client);
    for (Map.Entry<String, String> blob : blobs.entrySet()) {
      if (client.get("/images/" + blob.getKey() + "/json").ok()) {
        String id =
            containers.run("use", Map.of("Image", blob.getKey()), Map.of(), "sha256sum", "/blob");
        containers.awaitStatus(id, "exited");
        assertThat(containers.log(id)).as("/blob of %s", blob.getKey()).isEqualTo(blob.getValue());
        client.delete("/containers/" + id).expectOk();
      }
    }
  }

  /** What was made, and never started, can be. */
  private static void checkContainers(EngineClient client) throws IOException {
    for (JsonNode container : client.get("/containers/json?all=1").expectOk().json()) {
      if (container.get("State").asString().equals("created")) {
        client.post("/containers/" + container.get("Id").asString() + "/start").expectOk();
      }
    }
  }

  private static long sizeOfLayers(EngineClient client) throws IOException {
    return client.get("/system/df?type=image").expectOk().json().get("LayersSize").asLong();
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

  /**
   * Lets clients work until the daemon dies, or kills it.
   *
   * @param awaited the fail point for which there is time; empty for none
   */
  private void load(TestDaemon daemon, Workload workload, String awaited) throws Exception {
    List<Thread> clients = workload.start();
    Duration limit =
        awaited.isEmpty() ? Duration.ofMillis(300 + random.nextInt(1200)) : POINT_LIMIT;
    if (!daemon.awaitEnd(limit)) {
      daemon.kill();
    }
    workload.stop();
    for (Thread thread : clients) {
      thread.join();
    }
    assertThat(workload.faults).as("what clients were told").isEmpty();
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

  private static String startCounter(EngineClient client, Path last) throws IOException {
    String id =
        client
            .post(
                "/containers/create?name=counter",
                Map.of(
                    "Image",
                    "busybox",
                    "Cmd",
                    List.of("sh", "-c", COUNTER),
                    "HostConfig",
                    Map.of("NetworkMode", "crashnet", "Binds", List.of(last + ":/last"))))
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
        if (tag.asString().contains("crash")) {
          tags.add(tag.asString());
        }
      }
    }
    compare("tag", workload.tags, tags);
    Set<String> networks = new HashSet<>();
    for (JsonNode network : client.get("/networks").expectOk().json()) {
      networks.add(network.get("Name").asString());
    }
    networks.removeAll(Set.of("host", "none", "crashnet", "crashnet2"));
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

  /**
   * @param last the number of a line that was written for certain
   */
  private static void checkLines(EngineClient client, String counter, int last) throws IOException {
    String log =
        Containers.payload(
            client.get("/containers/" + counter + "/logs?stdout=1").expectOk().body());
    List<String> lines = log.lines().toList();
    assertThat(lines).hasSizeBetween(Math.max(100, last), last + 1);
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
    for (JsonNode image : client.get("/images/json").expectOk().json()) {
      for (JsonNode tag : image.get("RepoTags")) {
        if (workload.tags.containsKey(tag.asString())) {
          client.delete("/images/" + tag.asString()).expectOk();
        }
      }
    }
    for (JsonNode volume : client.get("/volumes").expectOk().json().get("Volumes")) {
      client.delete("/volumes/" + volume.get("Name").asString()).expectOk();
    }
    workload.volumes.clear();
    workload.networks.clear();
    workload.containers.clear();
    workload.exitCodes.clear();
    workload.tags.clear();
  }

  /** Nothing but what the containers that are left need is on the host. */
  private static void checkNothingLeft(
      TestDaemon daemon, Set<String> containers, HostState.Marks marks, HostState before)
      throws Exception {
    boolean clean =
        await(
            Duration.ofSeconds(15),
            () -> HostState.of(daemon, marks).isWithin(containers.size(), before));
    assertThat(clean).as("left on the host: %s", HostState.of(daemon, marks)).isTrue();
    try (Stream<Path> volumes = Files.list(daemon.dataRoot().resolve("volumes"))) {
      assertThat(volumes.filter(Files::isDirectory)).as("directories of volumes").isEmpty();
    }
    Path directory = daemon.dataRoot().resolve("containers");
    try (Stream<Path> directories = Files.list(directory)) {
      assertThat(directories.map(path -> path.getFileName().toString()).toList())
          .as("directories of containers")
          .allMatch(containers::contains);
    }
  }
}
