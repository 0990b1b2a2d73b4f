package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.Containers;
import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Row C12: the guide's rules of health, each with intervals of milliseconds. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC12HealthTest {

  private static final String OK_FILE = "test -e /ok";
  private static final long NEVER = Duration.ofHours(1).toNanos();

  private static RowEngine engine;
  private static Containers containers;

  @BeforeAll
  static void start() throws Exception {
    engine = RowEngine.start();
    containers = new Containers(engine.client());
  }

  @AfterAll
  static void end() throws Exception {
    engine.close();
  }

  @AfterEach
  void removeContainers() throws IOException {
    engine.removeContainers();
  }

  /** A health check that runs every 50 ms and may take long. */
  private static Map<String, Object> check(String command, Map<String, ?> more) {
    Map<String, Object> check = new LinkedHashMap<>();
    check.put("Test", List.of("CMD-SHELL", command));
    check.put("Interval", millis(50));
    check.put("Timeout", millis(20_000));
    check.putAll(more);
    return check;
  }

  private static long millis(long value) {
    return Duration.ofMillis(value).toNanos();
  }

  private static String run(String name, Map<String, ?> check) throws IOException {
    return engine.run(engine.name(name), Map.of("Healthcheck", check));
  }

  private static JsonNode health(JsonNode container) {
    return container.at("/State/Health");
  }

  private static JsonNode await(String id, String status) throws Exception {
    return health(
        containers.await(id, status, now -> health(now).path("Status").asString().equals(status)));
  }

  private static JsonNode awaitResults(String id, int count) throws Exception {
    return health(
        containers.await(
            id, "probed " + count + " times", now -> health(now).path("Log").size() >= count));
  }

  private static JsonNode last(JsonNode health) {
    JsonNode log = health.get("Log");
    return log.get(log.size() - 1);
  }

  @Test
  void startingUntilTheIntervalIsOver() throws Exception {
    String id = run("starting", check("true", Map.of("Interval", NEVER)));
    TimeUnit.MILLISECONDS.sleep(200);
    JsonNode health = health(engine.inspect(id));
    assertThat(health.get("Status").asString()).isEqualTo("starting");
    assertThat(health.get("FailingStreak").asInt()).isZero();
    assertThat(health.get("Log")).isEmpty();
  }

  @Test
  void probeThatIsFrozenWithItsContainerSaysNothing() throws Exception {
    engine.own("of dockerd a paused container becomes unhealthy");
    String id =
        run(
            "frozen",
            check(
                "echo >> /begun; while [ -e /busy ]; do usleep 20000; done",
                Map.of("Timeout", millis(1000), "Retries", 1)));
    await(id, "healthy");
    engine.shell(id, "touch /busy; rm /begun; while [ ! -e /begun ]; do usleep 20000; done");
    engine.client().post("/containers/" + id + "/pause").expectOk();
    TimeUnit.MILLISECONDS.sleep(1500);
    assertThat(health(engine.inspect(id)).get("Status").asString()).isEqualTo("healthy");
    engine.client().post("/containers/" + id + "/unpause").expectOk();
    engine.shell(id, "rm /busy");
    int before = health(engine.inspect(id)).get("Log").size();
    awaitResults(id, Math.min(5, before + 1));
    assertThat(health(engine.inspect(id)).get("Status").asString()).isEqualTo("healthy");
  }

  @Test
  void oneSuccessMakesItHealthyAndRetriesFailuresUnhealthyAndBack() throws Exception {
    String id = run("change", check(OK_FILE, Map.of("Retries", 3)));
    JsonNode unhealthy = await(id, "unhealthy");
    assertThat(unhealthy.get("FailingStreak").asInt()).isGreaterThanOrEqualTo(3);
    assertThat(last(unhealthy).get("ExitCode").asInt()).isEqualTo(1);
    engine.shell(id, "touch /ok");
    assertThat(await(id, "healthy").get("FailingStreak").asInt()).isZero();
    engine.shell(id, "rm /ok");
    await(id, "unhealthy");
    assertThat(
            containers.actions(id).stream()
                .filter(action -> action.startsWith("health_status"))
                .toList())
        .containsExactly(
            "health_status: unhealthy", "health_status: healthy", "health_status: unhealthy");
  }

  @Test
  void fewerFailuresThanRetriesChangeNothing() throws Exception {
    String id = run("patient", check("false", Map.of("Retries", 1000)));
    JsonNode health = awaitResults(id, 5);
    assertThat(health.get("Status").asString()).isEqualTo("starting");
    assertThat(health.get("FailingStreak").asInt()).isGreaterThanOrEqualTo(5);
  }

  @Test
  void failuresOfTheStartPeriodDoNotCount() throws Exception {
    String id =
        run(
            "grace",
            check(
                "false",
                Map.of("Retries", 1, "StartPeriod", millis(2500), "StartInterval", millis(50))));
    JsonNode health = awaitResults(id, 2);
    assertThat(health.get("Status").asString()).isEqualTo("starting");
    assertThat(health.get("FailingStreak").asInt()).isZero();
    Instant started = Instant.parse(engine.inspect(id).at("/State/StartedAt").asString());
    JsonNode after = await(id, "unhealthy");
    assertThat(Instant.parse(last(after).get("Start").asString()))
        .isAfterOrEqualTo(started.plusMillis(2500));
  }

  @Test
  void aSuccessEndsTheStartPeriod() throws Exception {
    String id =
        run(
            "early",
            check(
                OK_FILE, Map.of("Retries", 1, "StartPeriod", NEVER, "StartInterval", millis(50))));
    engine.shell(id, "touch /ok");
    await(id, "healthy");
    engine.shell(id, "rm /ok");
    await(id, "unhealthy");
  }

  @Test
  void theStartIntervalHoldsInTheStartPeriod() throws Exception {
    String id =
        run(
            "quick",
            check(
                "true",
                Map.of("Interval", NEVER, "StartPeriod", NEVER, "StartInterval", millis(50))));
    JsonNode health = await(id, "healthy");
    TimeUnit.MILLISECONDS.sleep(300);
    assertThat(health(engine.inspect(id)).get("Log"))
        .as("later the interval")
        .isEqualTo(health.get("Log"));
  }

  @Test
  void zeroIsTheDefault() throws Exception {
    String id = run("default", check("false", Map.of("Retries", 0)));
    List<Integer> streaks = new ArrayList<>();
    containers.await(
        id,
        "unhealthy",
        now -> {
          if (health(now).path("Status").asString().equals("starting")) {
            streaks.add(health(now).path("FailingStreak").asInt());
          }
          return health(now).path("Status").asString().equals("unhealthy");
        });
    assertThat(streaks).as("three retries").allMatch(streak -> streak < 3);
    String slow = run("slow", check("true", Map.of("Interval", 0)));
    TimeUnit.MILLISECONDS.sleep(300);
    assertThat(health(engine.inspect(slow)).get("Log")).as("an interval of 30 s").isEmpty();
  }

  @Test
  void theLastFiveResultsAreKept() throws Exception {
    String id = run("five", check("date +%s%N; exit 7", Map.of("Retries", 1000)));
    containers.await(id, "probed 7 times", now -> health(now).path("FailingStreak").asInt() >= 7);
    JsonNode log = health(engine.inspect(id)).get("Log");
    assertThat(log).hasSize(5);
    Instant before = Instant.EPOCH;
    for (JsonNode result : log) {
      assertThat(result.get("ExitCode").asInt()).isEqualTo(7);
      assertThat(result.get("Output").asString()).isNotBlank();
      Instant begin = Instant.parse(result.get("Start").asString());
      assertThat(begin).isAfter(before);
      before = Instant.parse(result.get("End").asString());
      assertThat(before).isAfterOrEqualTo(begin);
    }
  }

  @Test
  void theOutputIsCutAtFourKibibytes() throws Exception {
    String id = run("talker", check("yes x | head -c 100000", Map.of("Interval", millis(100))));
    String output = last(awaitResults(id, 1)).get("Output").asString();
    assertThat(output).hasSize(4096 + 3).startsWith("x\nx\n").endsWith("...");
  }

  @Test
  void aProbeThatTakesTooLongIsKilledWithAllItStarted() throws Exception {
    String id =
        run(
            "late",
            check(
                "echo begun; (sh -c 'sleep 98765 & sleep 98765' & sleep 98765)",
                Map.of("Timeout", millis(1500), "Interval", millis(100), "Retries", 1)));
    JsonNode health = await(id, "unhealthy");
    assertThat(last(health).get("ExitCode").asInt()).isEqualTo(-1);
    assertThat(last(health).get("Output").asString())
        .isEqualTo("Health check exceeded timeout (1.5s): begun\n");
    engine.own("dockerd kills the first process only");
    // a next probe may run by now: what is older than its time-out must be gone
    long now = System.currentTimeMillis();
    for (String pid : containerProcesses(id)) {
      String command = commandLine(pid);
      if (command.contains("98765")) {
        long age =
            now
                - ProcessHandle.of(Long.parseLong(pid))
                    .flatMap(process -> process.info().startInstant())
                    .map(Instant::toEpochMilli)
                    .orElse(now);
        assertThat(age).as(command).isLessThan(2500);
      }
    }
  }

  private static List<String> containerProcesses(String id) throws IOException {
    List<String> pids = new ArrayList<>();
    for (JsonNode row :
        engine
            .client()
            .get("/containers/" + id + "/top?ps_args=-o+pid")
            .expectOk()
            .json()
            .get("Processes")) {
      pids.add(row.get(0).asString());
    }
    return pids;
  }

  private static String commandLine(String pid) {
    try {
      return Files.readString(Path.of("/proc", pid, "cmdline")).replace('\0', ' ');
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void aProgramThatIsNotThereIsAFailure() throws Exception {
    String id =
        run(
            "absent",
            Map.of("Test", List.of("CMD", "/nosuch"), "Interval", millis(100), "Retries", 1));
    assertThat(last(await(id, "unhealthy")).get("ExitCode").asInt()).isNotZero();
  }

  @Test
  void noneSwitchesTheCheckOff() throws Exception {
    String id = run("none", Map.of("Test", List.of("NONE")));
    assertThat(health(engine.inspect(id)).isMissingNode()).isTrue();
  }

  @Test
  void healthIsShownAndFilteredInLists() throws Exception {
    String id = run("listed", check("true", Map.of()));
    await(id, "healthy");
    String filters = "%7B%22health%22%3A%5B%22healthy%22%5D%2C%22id%22%3A%5B%22" + id + "%22%5D%7D";
    JsonNode rows = engine.client().get("/containers/json?filters=" + filters).expectOk().json();
    assertThat(rows).hasSize(1);
    assertThat(rows.get(0).get("Status").asString()).startsWith("Up ").endsWith(" (healthy)");
    JsonNode others =
        engine
            .client()
            .get("/containers/json?filters=" + filters.replace("22healthy", "22unhealthy"))
            .expectOk()
            .json();
    assertThat(others).isEmpty();
  }

  @Test
  void anImagesCheckIsTakenOverWherePartsAreMissing() throws Exception {
    String made =
        engine.create(engine.name("made"), Map.of()).expectOk().json().get("Id").asString();
    String image = engine.name("checked");
    engine
        .client()
        .post(
            "/commit?container="
                + made
                + "&repo="
                + image
                + "&changes=HEALTHCHECK%20--interval%3D50ms%20--retries%3D7%20CMD%20true",
            Map.of())
        .expectOk();
    try {
      String id =
          engine.run(
              engine.name("inherits"), Map.of("Image", image, "Healthcheck", Map.of("Retries", 2)));
      JsonNode check = engine.inspect(id).at("/Config/Healthcheck");
      assertThat(check.get("Retries").asInt()).isEqualTo(2);
      assertThat(check.get("Interval").asLong()).isEqualTo(millis(50));
      await(id, "healthy");
      engine.remove(id);
    } finally {
      engine.client().delete("/images/" + image + "?force=1");
    }
  }

  @Test
  void afterARestartOfTheDaemonItIsStartingAndProbedAgain() throws Exception {
    var daemon = engine.own("the reference is not restarted");
    String id = run("again", check(OK_FILE, Map.of("Retries", 1000)));
    engine.shell(id, "touch /ok");
    await(id, "healthy");
    engine.shell(id, "rm /ok");
    daemon.kill();
    daemon.start();
    assertThat(health(engine.inspect(id)).get("Status").asString()).isEqualTo("starting");
    engine.shell(id, "touch /ok");
    await(id, "healthy");
  }

  @Test
  void unhealthyEndsItWhenThatWasAskedForAndNoPolicyBringsItBack() throws Exception {
    engine.own("ExitOnUnhealthy is openEuler's");
    String id =
        engine.run(
            engine.name("ends"),
            Map.of(
                "Healthcheck",
                check("false", Map.of("Retries", 1, "ExitOnUnhealthy", true)),
                "HostConfig",
                Lives.ALWAYS));
    JsonNode container = containers.awaitStatus(id, "exited");
    assertThat(container.at("/State/ExitCode").asInt()).isEqualTo(137);
    assertThat(container.get("RestartCount").asInt()).isZero();
    assertThat(containers.actions(id)).contains("health_status: unhealthy");
  }

  @Test
  void betweenProbesThereIsNoThread() throws Exception {
    var daemon = engine.own("threads of our daemon");
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      ids.add(run("idle" + i, check("true", Map.of("Interval", NEVER))));
    }
    String threads = daemon.threads();
    assertThat(ids)
        .as("virtual threads are among them")
        .allMatch(id -> threads.contains("log-" + id));
    assertThat(threads.lines().filter(line -> line.contains("Health"))).isEmpty();
  }
}
