package io.gantry.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * A daemon that dies between a step of the runtime's and the note of it, or comes back to a host on
 * which something is missing: what runs goes on, what was half-made goes.
 */
class RuntimeCutOffTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final TestDaemon daemon;
  private final EngineClient client;
  private final Containers containers;

  RuntimeCutOffTest() throws IOException {
    daemon = new TestDaemon("--bridge", "none");
    client = daemon.client();
    containers = new Containers(client);
  }

  private void start(String failPoint) throws Exception {
    daemon.start("-Dgantry.failpoint=" + failPoint);
  }

  private void die(String path, Map<String, ?> body) throws Exception {
    try {
      client.post(path, body);
    } catch (IOException e) {
      // it came to its fail point
    }
    assertThat(daemon.awaitEnd(LIMIT)).as("the daemon dies at its fail point").isTrue();
  }

  @Test
  void aStartThatWasCutOffLeavesNothingAndCanBeTriedAgain() throws Exception {
    try (daemon) {
      start("runtime.create.intended");
      daemon.withBusybox();
      String id = containers.create("again", "sh", "-c", "echo run; exit 5");
      for (String next : List.of("monitored", "created", "recorded", "never")) {
        die("/containers/" + id + "/start", Map.of());
        start("runtime.create." + next);
        requireNotStarted("before " + next, id);
      }
      client.post("/containers/" + id + "/start").expectOk();
      JsonNode ended = containers.awaitStatus(id, "exited");
      assertThat(ended.at("/State/ExitCode").asInt()).isEqualTo(5);
      assertThat(containers.log(id)).isEqualTo("run\n");
    }
  }

  @Test
  void aProgramThatWasLetGoWithoutANoteOfItIsEnded() throws Exception {
    try (daemon) {
      start("runtime.start.released");
      daemon.withBusybox();
      String id = containers.create("released", "sleep", "600");
      die("/containers/" + id + "/start", Map.of());
      start("never");
      requireNotStarted("let go", id);
      client.post("/containers/" + id + "/start").expectOk();
      assertThat(containers.status(id)).isEqualTo("running");
      client.delete("/containers/" + id + "?force=1").expectOk();
    }
  }

  private void requireNotStarted(String step, String id) throws IOException {
    assertThat(containers.status(id)).as(step).isEqualTo("created");
    assertThat(daemon.containerCgroups()).as(step).isEmpty();
    assertThat(entries(daemon.execRoot(), id)).as(step).isEmpty();
  }

  /** What bears a container's id below a directory. */
  private static List<Path> entries(Path directory, String id) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.getFileName().toString().equals(id)).toList();
    }
  }

  @Test
  void anExecThatWasCutOffRunsOrNothingOfItDoes() throws Exception {
    try (daemon) {
      start("runtime.exec.intended");
      daemon.withBusybox();
      String id = containers.run("box", "sleep", "600");
      List<String> execs = new ArrayList<>();
      for (String next : List.of("monitored", "started", "never")) {
        String exec = containers.exec(id, Map.of(), "sleep", "601");
        execs.add(exec);
        die("/exec/" + exec + "/start", Map.of("Detach", true));
        start("runtime.exec." + next);
        int running = 0;
        for (String known : execs) {
          JsonNode now = client.get("/exec/" + known + "/json").expectOk().json();
          running += now.get("Running").asBoolean() ? 1 : 0;
        }
        awaitProcesses("before " + next, 1 + running);
      }
      assertThat(client.get("/exec/" + execs.getLast() + "/json").json().get("Running").asBoolean())
          .as("one of which the first process is known goes on")
          .isTrue();
      assertThat(containers.status(id)).isEqualTo("running");
      client.delete("/containers/" + id + "?force=1").expectOk();
      assertThat(daemon.containerCgroups()).isEmpty();
    }
  }

  private void awaitProcesses(String step, int count) throws Exception {
    Path group = Path.of(daemon.containerCgroups().getFirst());
    await(
        step + ": " + count + " processes",
        () -> Files.readAllLines(group.resolve("cgroup.procs")).size() == count);
  }

  private static void await(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Test
  void aJournalWhoseRotationWasCutOffIsRotated() throws Exception {
    try (daemon) {
      start("journal.rotate.renamed");
      daemon.withBusybox();
      String line = "x".repeat(1000);
      String script = "i=0; while [ $i -lt 20000 ]; do echo $i " + line + "; i=$((i+1)); done; ";
      String wait = "while [ ! -e /go ]; do usleep 20000; done; ";
      String id =
          containers.run(
              "writes",
              Map.of(),
              Map.of(),
              "sh",
              "-c",
              script + wait + script.replace("20000", "40"));
      int pid = containers.pid(id);
      assertThat(daemon.awaitEnd(LIMIT)).as("the daemon dies at its fail point").isTrue();
      Path journal = daemon.dataRoot().resolve("containers").resolve(id).resolve("journal");
      assertThat(entriesOf(journal)).doesNotContain("journal");
      daemon.start();
      await("the monitor writes a new file", () -> entriesOf(journal).contains("journal"));
      Files.createFile(Path.of("/proc/" + pid + "/root/go"));
      containers.awaitStatus(id, "exited");
      assertThat(containers.log(id).lines().map(text -> text.split(" ", 2)[0]).toList())
          .isEqualTo(
              IntStream.concat(IntStream.range(0, 20_000), IntStream.range(0, 40))
                  .mapToObj(Integer::toString)
                  .toList());
    }
  }

  private static List<String> entriesOf(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void whatRunsGoesOnWithoutItsRuntimeAndWhenNothingIsKnownOfIt() throws Exception {
    try (daemon) {
      daemon.start().withBusybox();
      daemon.reload("{\"runtimes\":{\"mine\":{\"path\":\"/usr/bin/crun\"}}}");
      daemon.stop();
      daemon.start();
      String mine = containers.run("mine", Map.of(), Map.of("Runtime", "mine"), "sleep", "600");
      String unknown = containers.run("unknown", "sleep", "600");
      String exec = containers.exec(unknown, Map.of(), "sleep", "601");
      client.post("/exec/" + exec + "/start", Map.of("Detach", true)).expectOk();
      Map<String, Integer> pids =
          Map.of(mine, containers.pid(mine), unknown, containers.pid(unknown));
      daemon.reload("{}");
      daemon.kill();
      Path record = record(unknown);
      byte[] good = Files.readAllBytes(record);
      Files.writeString(record, "{");
      daemon.start();
      for (String id : List.of(mine, unknown)) {
        assertThat(containers.status(id)).isEqualTo("running");
        assertThat(containers.pid(id)).isEqualTo(pids.get(id));
        assertThat(ProcessHandle.of(containers.pid(id))).isPresent();
      }
      assertThat(hasStats(mine)).isTrue();
      assertThat(hasStats(unknown)).isFalse();
      Files.write(record, good);
      await("more is known", () -> hasStats(unknown));
      assertThat(client.get("/exec/" + exec + "/json").json().get("Running").asBoolean()).isTrue();
      for (String id : List.of(mine, unknown)) {
        client.post("/containers/" + id + "/stop?t=0").expectOk();
        JsonNode ended = containers.awaitStatus(id, "exited");
        assertThat(ended.at("/State/ExitCode").asInt()).isEqualTo(137);
      }
      await("nothing is left in the kernel", () -> daemon.containerCgroups().isEmpty());
    }
  }

  /** What the runtime's driver has written down of a container. */
  private Path record(String id) throws IOException {
    return entries(daemon.execRoot(), id).stream()
        .map(bundle -> bundle.resolve("record.json"))
        .filter(Files::exists)
        .findFirst()
        .orElseThrow();
  }

  private boolean hasStats(String id) throws IOException {
    return client.get("/containers/" + id + "/stats?stream=0&one-shot=1").status() == 200;
  }
}
