package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.mount.Mounts;
import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Rows C2 to C7 and C12 of the guide, through the API, on the real kernel. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LifecycleRowsTest {

  /** Ends at once when it is told to, with exit code 9. */
  private static final String[] OBEDIENT = {
    "sh", "-c", "trap 'exit 9' TERM; echo ready; while :; do usleep 20000; done"
  };

  /** Does not end before SIGKILL. */
  private static final String[] STUBBORN = {
    "sh", "-c", "trap '' TERM; echo ready; while :; do usleep 20000; done"
  };

  private static final Map<String, ?> ALWAYS = Map.of("RestartPolicy", Map.of("Name", "always"));
  private static final Map<String, ?> AUTO_REMOVE = Map.of("AutoRemove", true);

  private static TestDaemon daemon;
  private static EngineClient client;
  private static Containers containers;
  private static ExecutorService background;

  @BeforeAll
  static void start() throws Exception {
    background = Executors.newVirtualThreadPerTaskExecutor();
    daemon = new TestDaemon("--bridge", "none");
    daemon.start().withBusybox();
    client = daemon.client();
    containers = new Containers(client);
  }

  @AfterAll
  static void end() throws Exception {
    background.shutdownNow();
    daemon.close();
  }

  @AfterEach
  void removeAll() throws IOException {
    for (JsonNode container : client.get("/containers/json?all=1").json()) {
      if (container.get("State").asString().equals("paused")) {
        client.post("/containers/" + container.get("Id").asString() + "/unpause");
      }
    }
    for (JsonNode container : client.get("/containers/json?all=1").json()) {
      client.delete("/containers/" + container.get("Id").asString() + "?force=1&v=1");
    }
  }

  private static Answer post(String path) throws IOException {
    return client.post("/containers/" + path);
  }

  private static Future<Answer> later(Callable<Answer> request) {
    return background.submit(request);
  }

  private static String ready(String id) throws Exception {
    containers.await(id, "ready", now -> logged(id));
    return id;
  }

  private static boolean logged(String id) {
    try {
      return containers.log(id).contains("ready");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireWaiting(Future<?> request) throws Exception {
    try {
      Object answer = request.get(300, TimeUnit.MILLISECONDS);
      throw new AssertionError("answered too early: " + answer);
    } catch (TimeoutException e) {
      assertThat(request.isDone()).isFalse();
    }
  }

  @Nested
  class RowC2NameResolution {

    @Test
    void aFullIdGoesBeforeANameAndANameBeforeAPrefix() throws Exception {
      String first = containers.create("first", "true");
      String namedAsPrefix = containers.create(first.substring(0, 12), "true");
      String namedAsId = containers.create(first, "true");
      assertThat(containers.inspect(first).get("Id").asString()).isEqualTo(first);
      assertThat(containers.inspect(first.substring(0, 12)).get("Id").asString())
          .isEqualTo(namedAsPrefix);
      assertThat(containers.inspect(first.substring(0, 13)).get("Id").asString()).isEqualTo(first);
      assertThat(containers.inspect(namedAsId.substring(0, 20)).get("Id").asString())
          .isEqualTo(namedAsId);
    }

    @Test
    void anAmbiguousPrefixIsRefusedWithWhatItFits() throws Exception {
      List<String> ids = new ArrayList<>();
      String prefix = "";
      while (prefix.isEmpty()) {
        String id = containers.create("ambiguous" + ids.size(), "true");
        prefix =
            ids.stream().anyMatch(other -> other.charAt(0) == id.charAt(0))
                ? id.substring(0, 1)
                : "";
        ids.add(id);
      }
      String fits = prefix;
      Answer answer = client.get("/containers/" + prefix + "/json");
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.text()).contains("Multiple IDs found with provided prefix: " + prefix);
      ids.stream()
          .filter(id -> id.startsWith(fits))
          .forEach(id -> assertThat(answer.text()).contains(id.substring(0, 12)));
    }
  }

  @Nested
  class RowC3Stop {

    @Test
    void zeroKillsAtOnce() throws Exception {
      String id = ready(containers.run("zero", STUBBORN));
      Instant before = Instant.now();
      assertThat(post(id + "/stop?t=0").status()).isEqualTo(204);
      assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(5));
      assertThat(containers.inspect(id).at("/State/ExitCode").asInt()).isEqualTo(137);
      assertThat(post(id + "/stop").status()).isEqualTo(304);
    }

    @Test
    void aPositiveTimeOutWaitsThatLongAndThenKills() throws Exception {
      String id = ready(containers.run("positive", STUBBORN));
      Instant before = Instant.now();
      assertThat(post(id + "/stop?t=1").status()).isEqualTo(204);
      assertThat(Duration.between(before, Instant.now())).isGreaterThan(Duration.ofSeconds(1));
      assertThat(containers.inspect(id).at("/State/ExitCode").asInt()).isEqualTo(137);
    }

    @Test
    void aNegativeTimeOutWaitsForTheContainer() throws Exception {
      String id = ready(containers.run("negative", STUBBORN));
      Future<Answer> stop = later(() -> post(id + "/stop?t=-1"));
      requireWaiting(stop);
      assertThat(containers.status(id)).isEqualTo("running");
      post(id + "/kill").expectOk();
      assertThat(stop.get().status()).isEqualTo(204);
    }

    @Test
    void theContainersOwnSignalAndTimeOutAreItsDefaults() throws Exception {
      String id =
          ready(
              containers.run(
                  "own",
                  Map.of("StopSignal", "SIGUSR1", "StopTimeout", 30),
                  Map.of(),
                  "sh",
                  "-c",
                  "trap 'exit 5' USR1; echo ready; while :; do usleep 20000; done"));
      assertThat(post(id + "/stop").status()).isEqualTo(204);
      assertThat(containers.inspect(id).at("/State/ExitCode").asInt()).isEqualTo(5);
      client.post("/containers/" + id + "/start").expectOk();
      containers.await(id, "ready again", now -> twice(id));
      assertThat(post(id + "/stop?t=0&signal=SIGKILL").status()).isEqualTo(204);
      assertThat(containers.inspect(id).at("/State/ExitCode").asInt()).isEqualTo(137);
    }

    private static boolean twice(String id) {
      try {
        return containers.log(id).equals("ready\nready\n");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Test
    void aClientThatGoesAwayDoesNotCallTheStopOff() throws Exception {
      String id = ready(containers.run("left", STUBBORN));
      Future<Answer> stop = later(() -> post(id + "/stop?t=1"));
      containers.await(id, "told to stop", now -> actions(id).contains("kill"));
      stop.cancel(true);
      assertThat(containers.awaitStatus(id, "exited").at("/State/ExitCode").asInt()).isEqualTo(137);
    }

    private static List<String> actions(String id) {
      try {
        return containers.actions(id);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Test
    void stopOfARestartingContainerSticks() throws Exception {
      for (int i = 0; i < 10; i++) {
        String id = containers.run("restarting" + i, Map.of(), ALWAYS, "false");
        if (i % 2 == 0) {
          containers.awaitStatus(id, "restarting");
        }
        Answer stopped = post(id + "/stop?t=5");
        assertThat(stopped.status()).isIn(204, 304);
        int count = containers.inspect(id).get("RestartCount").asInt();
        TimeUnit.MILLISECONDS.sleep(150);
        JsonNode now = containers.inspect(id);
        assertThat(now.at("/State/Status").asString()).isEqualTo("exited");
        assertThat(now.get("RestartCount").asInt()).isEqualTo(count);
      }
    }

    @Test
    void startLeavesARestartingContainerAloneAndAnySignalEndsIt() throws Exception {
      String id = containers.run("signalled", Map.of(), ALWAYS, "false");
      containers.await(id, "backing off", now -> now.get("RestartCount").asInt() > 4);
      containers.awaitStatus(id, "restarting");
      int count = containers.inspect(id).get("RestartCount").asInt();
      assertThat(post(id + "/start").status()).isEqualTo(304);
      assertThat(containers.inspect(id).get("RestartCount").asInt()).isEqualTo(count);
      assertThat(post(id + "/kill?signal=HUP").status()).isEqualTo(204);
      assertThat(containers.status(id)).isEqualTo("exited");
      assertThat(post(id + "/kill").status()).isEqualTo(409);
    }

    @Test
    void restartOfAContainerThatIsRemovedWhenItEnds() throws Exception {
      String id = ready(containers.run("rm", Map.of(), AUTO_REMOVE, OBEDIENT));
      int pid = containers.pid(id);
      List<Future<Answer>> restarts = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        restarts.add(later(() -> post(id + "/restart?t=5")));
      }
      for (Future<Answer> restart : restarts) {
        assertThat(restart.get().status()).isEqualTo(204);
      }
      assertThat(containers.awaitStatus(id, "running").at("/State/Pid").asInt()).isNotEqualTo(pid);
      Future<Answer> removed = later(() -> post(id + "/wait?condition=removed"));
      requireWaiting(removed);
      post(id + "/stop?t=0").expectOk();
      assertThat(removed.get().status()).isEqualTo(200);
      assertThat(client.get("/containers/" + id + "/json").status()).isEqualTo(404);
    }

    @Test
    void renameOfARestartingContainer() throws Exception {
      String id = containers.run("before", Map.of(), ALWAYS, "sh", "-c", "sleep 0.3; exit 1");
      for (int i = 0; i < 5; i++) {
        containers.awaitStatus(id, i % 2 == 0 ? "restarting" : "running");
        post(id + "/rename?name=after" + i).expectOk();
        assertThat(containers.inspect("after" + i).get("Id").asString()).isEqualTo(id);
      }
      int count = containers.inspect(id).get("RestartCount").asInt();
      JsonNode later =
          containers.await(id, "restarted", now -> now.get("RestartCount").asInt() > count);
      assertThat(later.get("Name").asString()).isEqualTo("/after4");
      assertThat(client.get("/containers/before/json").status()).isEqualTo(404);
    }

    @Test
    void waitOnARestartingContainerIsForItsNextEnd() throws Exception {
      String id = containers.run("waited", Map.of(), ALWAYS, "sh", "-c", "exit 6");
      containers.await(id, "backing off", now -> now.get("RestartCount").asInt() > 3);
      containers.awaitStatus(id, "restarting");
      int count = containers.inspect(id).get("RestartCount").asInt();
      Answer waited = post(id + "/wait").expectOk();
      assertThat(waited.json().get("StatusCode").asInt()).isEqualTo(6);
      assertThat(containers.inspect(id).get("RestartCount").asInt()).isGreaterThan(count);
      Future<Answer> stopped = later(() -> post(id + "/wait"));
      post(id + "/stop").expectOk();
      assertThat(stopped.get(5, TimeUnit.SECONDS).status()).isEqualTo(200);
    }
  }

  @Nested
  class RowC4RestartPolicy {

    @Test
    void onFailureGivesUpAfterSoManyStarts() throws Exception {
      String id =
          containers.run(
              "failing",
              Map.of(),
              Map.of("RestartPolicy", Map.of("Name", "on-failure", "MaximumRetryCount", 2)),
              "sh",
              "-c",
              "date +%s%N; exit 4");
      JsonNode container = containers.awaitStatus(id, "exited");
      assertThat(container.get("RestartCount").asInt()).isEqualTo(2);
      assertThat(containers.log(id).lines()).hasSize(3);
      post(id + "/start").expectOk();
      assertThat(containers.awaitStatus(id, "exited").get("RestartCount").asInt()).isEqualTo(2);
      assertThat(containers.log(id).lines()).hasSize(6);
    }

    @Test
    void onFailureLeavesASuccessAlone() throws Exception {
      String id =
          containers.run(
              "succeeding",
              Map.of(),
              Map.of("RestartPolicy", Map.of("Name", "on-failure")),
              "true");
      JsonNode container = containers.awaitStatus(id, "exited");
      assertThat(container.get("RestartCount").asInt()).isZero();
    }

    @Test
    void manualStopsAndTheBackOffAreKeptOverDaemonRestarts() throws Exception {
      Map<String, ?> unlessStopped = Map.of("RestartPolicy", Map.of("Name", "unless-stopped"));
      String always = ready(containers.run("always", Map.of(), ALWAYS, OBEDIENT));
      String stopped = ready(containers.run("stopped", Map.of(), unlessStopped, OBEDIENT));
      String failing = containers.run("failing", Map.of(), ALWAYS, "sh", "-c", "exit 2");
      post(always + "/stop").expectOk();
      post(stopped + "/stop").expectOk();
      JsonNode before =
          containers.await(failing, "backing off", now -> now.get("RestartCount").asInt() >= 5);
      daemon.kill();
      daemon.start();
      containers.awaitStatus(always, "running");
      assertThat(containers.status(stopped)).isEqualTo("exited");
      JsonNode after = containers.awaitStatus(failing, "restarting");
      int count = after.get("RestartCount").asInt();
      assertThat(count).isBetween(5, before.get("RestartCount").asInt() + 2);
      // a back-off that began anew would be through with many more starts by now
      Instant ended = Instant.parse(after.at("/State/FinishedAt").asString());
      JsonNode next =
          containers.await(failing, "restarted", now -> now.get("RestartCount").asInt() > count);
      Instant again = Instant.parse(next.at("/State/StartedAt").asString());
      assertThat(Duration.between(ended, again)).isGreaterThan(Duration.ofMillis(1500));
    }
  }

  @Nested
  class RowC5Remove {

    @Test
    void whatCannotBeRemovedIsDeadAndCanBeTriedAgain() throws Exception {
      String id = containers.create("busy", "true");
      Path busy = daemon.dataRoot().resolve("containers").resolve(id).resolve("busy");
      Files.createDirectories(busy);
      Mounts.mount("tmpfs", "tmpfs", busy, List.of());
      try {
        Answer failed = client.delete("/containers/" + id + "?force=1");
        assertThat(failed.status()).isEqualTo(500);
        assertThat(failed.text()).contains(id);
        assertThat(containers.status(id)).isEqualTo("dead");
        assertThat(post(id + "/start").status()).isEqualTo(409);
        daemon.kill();
        daemon.start();
        assertThat(containers.status("busy")).isEqualTo("dead");
      } finally {
        Mounts.detach(busy);
      }
      client.delete("/containers/" + id).expectOk();
      assertThat(client.get("/containers/" + id + "/json").status()).isEqualTo(404);
      assertThat(Files.exists(busy.getParent())).isFalse();
      containers.create("busy", "true");
    }

    @Test
    void anonymousVolumesGoWithItAndNamedOnesStay() throws Exception {
      Map<String, ?> config = Map.of("Volumes", Map.of("/anonymous", Map.of()));
      Map<String, ?> host = Map.of("Binds", List.of("rowc5:/named"));
      String id = containers.run("volumes", config, host, OBEDIENT);
      String anonymous = "";
      for (JsonNode mount : containers.inspect(id).get("Mounts")) {
        if (mount.get("Destination").asString().equals("/anonymous")) {
          anonymous = mount.get("Name").asString();
        }
      }
      client.delete("/containers/" + id + "?force=1&v=1").expectOk();
      assertThat(client.get("/volumes/" + anonymous).status()).isEqualTo(404);
      assertThat(client.delete("/volumes/rowc5").status()).isEqualTo(204);
    }

    @Test
    void forceSucceedsWhoeverElseRemovesIt() throws Exception {
      for (int i = 0; i < 5; i++) {
        String id = containers.run("raced" + i, Map.of(), AUTO_REMOVE, OBEDIENT);
        List<Future<Answer>> removals = new ArrayList<>();
        for (int j = 0; j < 4; j++) {
          removals.add(later(() -> client.delete("/containers/" + id + "?force=1")));
        }
        for (Future<Answer> removal : removals) {
          assertThat(removal.get().status()).isIn(204, 404);
        }
        assertThat(client.get("/containers/" + id + "/json").status()).isEqualTo(404);
      }
    }
  }

  @Nested
  class RowC6SharedPidNamespace {

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1"})
    void stopWaitsForThePausedChildAndReturnsWhenItIsUnpaused(String timeOut) throws Exception {
      String parent = ready(containers.run("parent", OBEDIENT));
      String child =
          containers.run("child", Map.of(), Map.of("PidMode", "container:parent"), OBEDIENT);
      post(child + "/pause").expectOk();
      Future<Answer> stop = later(() -> post(parent + "/stop?t=" + timeOut));
      requireWaiting(stop);
      assertThat(containers.status(parent)).isEqualTo("running");
      post(containers.run("other", OBEDIENT) + "/stop?t=0").expectOk();
      post(child + "/unpause").expectOk();
      assertThat(stop.get(20, TimeUnit.SECONDS).status()).isEqualTo(204);
      containers.awaitStatus(child, "exited");
    }

    @Test
    void theMessageNamesTheChildAndSaysHowToGoOn() throws Exception {
      String parent = ready(containers.run("parent", OBEDIENT));
      String child =
          containers.run("child", Map.of(), Map.of("PidMode", "container:" + parent), OBEDIENT);
      post(child + "/pause").expectOk();
      Answer refused = post(parent + "/stop?t=0");
      assertThat(refused.status()).isEqualTo(409);
      assertThat(refused.text())
          .contains("container child (" + child.substring(0, 12) + ") shares its pid namespace")
          .contains("docker unpause child");
      post(child + "/unpause").expectOk();
      containers.awaitStatus(parent, "exited");
    }
  }

  @Nested
  class RowC7Concurrency {

    @Test
    void concurrentRestartsOfTheSameContainersAreAllAnswered() throws Exception {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        ids.add(containers.run("shared" + i, OBEDIENT));
      }
      List<CompletableFuture<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        String id = ids.get(i % ids.size());
        String request = i % 8 < 4 ? "/restart?t=0" : "/start";
        answers.add(CompletableFuture.supplyAsync(() -> tried(id + request), background));
      }
      for (CompletableFuture<Answer> answer : answers) {
        assertThat(answer.get().status()).as(answer.get().text()).isIn(204, 304);
      }
      for (String id : ids) {
        assertThat(containers.status(id)).isEqualTo("running");
        List<String> actions = containers.actions(id);
        assertThat(Collections.frequency(actions, "start"))
            .isEqualTo(Collections.frequency(actions, "die") + 1);
      }
    }

    @Test
    void whoeverWaitsForAContainerThatIsBeingRemovedLeavesNothing() throws Exception {
      for (int i = 0; i < 8; i++) {
        String id = containers.create("going" + i, OBEDIENT);
        String path = "/containers/" + id;
        String name = "gone" + i;
        Future<Answer> removed = later(() -> client.delete(path));
        Future<Answer> renamed = later(() -> client.post(path + "/rename?name=" + name));
        Future<Answer> attached = later(() -> client.post(path + "/attach?stream=1&stdout=1"));
        assertThat(removed.get().status()).isEqualTo(204);
        assertThat(renamed.get().status()).as(renamed.get().text()).isIn(204, 404);
        assertThat(attached.get().status()).as(attached.get().text()).isIn(200, 404);
        String next = containers.create(name, OBEDIENT);
        client.delete("/containers/" + next);
      }
    }

    private static Answer tried(String path) {
      try {
        return post(path);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** The rules themselves: {@link HealthRulesTest}. */
  @Nested
  class RowC12Health {

    private static Map<String, ?> probe(String command, Map<String, ?> more) {
      Map<String, Object> check = new HashMap<>();
      check.put("Test", List.of("CMD-SHELL", command));
      check.put("Interval", TimeUnit.MILLISECONDS.toNanos(200));
      check.put("Retries", 1);
      check.putAll(more);
      return Map.of("Healthcheck", check);
    }

    private static JsonNode awaitResult(String id) throws Exception {
      return containers
          .await(id, "probed", now -> !now.at("/State/Health/Log").isEmpty())
          .at("/State/Health/Log/0");
    }

    @Test
    void unhealthyEndsItWhenThatWasAskedForAndNoPolicyBringsItBack() throws Exception {
      String id =
          containers.run("ends", probe("false", Map.of("ExitOnUnhealthy", true)), ALWAYS, OBEDIENT);
      JsonNode container = containers.awaitStatus(id, "exited");
      assertThat(container.at("/State/ExitCode").asInt()).isEqualTo(137);
      assertThat(container.get("RestartCount").asInt()).isZero();
      assertThat(containers.actions(id)).contains("health_status: unhealthy");
    }

    @Test
    void aProbeThatTakesTooLongIsEndedWithAllThatItStarted() throws Exception {
      // one probe, soon, and no second one
      Map<String, ?> once =
          Map.of(
              "Timeout", TimeUnit.MILLISECONDS.toNanos(500),
              "StartPeriod", TimeUnit.MILLISECONDS.toNanos(600),
              "StartInterval", TimeUnit.MILLISECONDS.toNanos(200),
              "Interval", TimeUnit.MINUTES.toNanos(10));
      String id = containers.run("slow", probe("sleep 555 & sleep 556", once), Map.of(), OBEDIENT);
      JsonNode result = awaitResult(id);
      assertThat(result.get("ExitCode").asInt()).isEqualTo(-1);
      assertThat(result.get("Output").asString())
          .isEqualTo("Health check exceeded timeout (500ms)");
      containers.await(id, "rid of the probe", now -> !top(id).contains("sleep 55"));
      assertThat(top(id)).contains("usleep");
    }

    private static String top(String id) {
      try {
        return client.get("/containers/" + id + "/top").expectOk().text();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Test
    void whatAProbePrintsIsKeptToItsLimit() throws Exception {
      String id =
          containers.run("loud", probe("yes | head -c 100000", Map.of()), Map.of(), OBEDIENT);
      JsonNode result = awaitResult(id);
      assertThat(result.get("ExitCode").asInt()).isZero();
      assertThat(result.get("Output").asString()).hasSize(4096 + 3).endsWith("...");
      containers.await(id, "probed often", now -> now.at("/State/Health/Log").size() == 5);
    }
  }
}
