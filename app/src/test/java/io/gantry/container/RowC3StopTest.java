package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.EngineClient.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Row C3: stop, and what else ends, renames or waits for a container, also one that restarts. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC3StopTest extends LifeRows {

  @Test
  void zeroKillsAtOnce() throws Exception {
    String id = lives.ready(containers.run("zero", Lives.STUBBORN));
    Instant before = Instant.now();
    assertThat(lives.post(id + "/stop?t=0").status()).isEqualTo(204);
    assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(5));
    assertThat(containers.inspect(id).at("/State/ExitCode").asInt()).isEqualTo(137);
    assertThat(lives.post(id + "/stop").status()).isEqualTo(304);
  }

  @Test
  void aPositiveTimeOutWaitsThatLongAndThenKills() throws Exception {
    String id = lives.ready(containers.run("positive", Lives.STUBBORN));
    Instant before = Instant.now();
    assertThat(lives.post(id + "/stop?t=1").status()).isEqualTo(204);
    assertThat(Duration.between(before, Instant.now())).isGreaterThan(Duration.ofSeconds(1));
    assertThat(containers.inspect(id).at("/State/ExitCode").asInt()).isEqualTo(137);
  }

  @Test
  void aNegativeTimeOutWaitsForTheContainer() throws Exception {
    String id = lives.ready(containers.run("negative", Lives.STUBBORN));
    Future<Answer> stop = lives.later(() -> lives.post(id + "/stop?t=-1"));
    Lives.requireWaiting(stop);
    assertThat(containers.status(id)).isEqualTo("running");
    lives.post(id + "/kill").expectOk();
    assertThat(stop.get().status()).isEqualTo(204);
  }

  @Test
  void theContainersOwnSignalAndTimeOutAreItsDefaults() throws Exception {
    String id =
        lives.ready(
            containers.run(
                "own",
                Map.of("StopSignal", "SIGUSR1", "StopTimeout", 30),
                Map.of(),
                "sh",
                "-c",
                "trap 'exit 5' USR1; echo ready; while :; do usleep 20000; done"));
    assertThat(lives.post(id + "/stop").status()).isEqualTo(204);
    assertThat(containers.inspect(id).at("/State/ExitCode").asInt()).isEqualTo(5);
    lives.client().post("/containers/" + id + "/start").expectOk();
    containers.await(id, "ready again", now -> lives.log(id).equals("ready\nready\n"));
    assertThat(lives.post(id + "/stop?t=0&signal=SIGKILL").status()).isEqualTo(204);
    assertThat(containers.inspect(id).at("/State/ExitCode").asInt()).isEqualTo(137);
  }

  @Test
  void anySignalOfAUserIsMeantToEndWhatHasNoStopSignal() throws Exception {
    String[] endsOnInterrupt = {
      "sh", "-c", "trap 'exit 3' INT; echo ready; while :; do usleep 20000; done"
    };
    String id = lives.ready(containers.run("interrupted", Map.of(), Lives.ALWAYS, endsOnInterrupt));
    assertThat(lives.post(id + "/kill?signal=INT").status()).isEqualTo(204);
    containers.awaitStatus(id, "exited");
    TimeUnit.MILLISECONDS.sleep(300);
    assertThat(containers.status(id)).isEqualTo("exited");

    String paused = lives.ready(containers.run("frozen", endsOnInterrupt));
    lives.post(paused + "/pause").expectOk();
    assertThat(lives.post(paused + "/kill?signal=INT").status()).isEqualTo(204);
    assertThat(containers.awaitStatus(paused, "exited").at("/State/ExitCode").asInt()).isEqualTo(3);

    String own =
        lives.ready(
            containers.run("own", Map.of("StopSignal", "USR1"), Lives.ALWAYS, endsOnInterrupt));
    assertThat(lives.post(own + "/kill?signal=INT").status()).isEqualTo(204);
    containers.await(own, "restarted", now -> now.get("RestartCount").asInt() > 0);
  }

  @Test
  void aClientThatGoesAwayDoesNotCallTheStopOff() throws Exception {
    String id = lives.ready(containers.run("left", Lives.STUBBORN));
    Future<Answer> stop = lives.later(() -> lives.post(id + "/stop?t=1"));
    containers.await(id, "told to stop", now -> lives.actions(id).contains("kill"));
    stop.cancel(true);
    assertThat(containers.awaitStatus(id, "exited").at("/State/ExitCode").asInt()).isEqualTo(137);
  }

  @Test
  void stopOfARestartingContainerSticks() throws Exception {
    for (int i = 0; i < 10; i++) {
      String id = containers.run("restarting" + i, Map.of(), Lives.ALWAYS, "false");
      if (i % 2 == 0) {
        containers.awaitStatus(id, "restarting");
      }
      Answer stopped = lives.post(id + "/stop?t=5");
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
    String id = containers.run("signalled", Map.of(), Lives.ALWAYS, "false");
    containers.await(id, "backing off", now -> now.get("RestartCount").asInt() > 4);
    containers.awaitStatus(id, "restarting");
    int count = containers.inspect(id).get("RestartCount").asInt();
    assertThat(lives.post(id + "/start").status()).isEqualTo(304);
    assertThat(containers.inspect(id).get("RestartCount").asInt()).isEqualTo(count);
    assertThat(lives.post(id + "/kill?signal=HUP").status()).isEqualTo(204);
    assertThat(containers.status(id)).isEqualTo("exited");
    assertThat(lives.post(id + "/kill").status()).isEqualTo(409);
  }

  @Test
  void restartOfAContainerThatIsRemovedWhenItEnds() throws Exception {
    String id = lives.ready(containers.run("rm", Map.of(), Lives.AUTO_REMOVE, Lives.OBEDIENT));
    int pid = containers.pid(id);
    List<Future<Answer>> restarts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      restarts.add(lives.later(() -> lives.post(id + "/restart?t=5")));
    }
    for (Future<Answer> restart : restarts) {
      assertThat(restart.get().status()).isEqualTo(204);
    }
    assertThat(containers.awaitStatus(id, "running").at("/State/Pid").asInt()).isNotEqualTo(pid);
    Future<Answer> removed = lives.later(() -> lives.post(id + "/wait?condition=removed"));
    Lives.requireWaiting(removed);
    lives.post(id + "/stop?t=0").expectOk();
    assertThat(removed.get().status()).isEqualTo(200);
    assertThat(lives.client().get("/containers/" + id + "/json").status()).isEqualTo(404);
  }

  @Test
  void renameOfARestartingContainer() throws Exception {
    String id = containers.run("before", Map.of(), Lives.ALWAYS, "sh", "-c", "sleep 0.3; exit 1");
    for (int i = 0; i < 5; i++) {
      containers.awaitStatus(id, i % 2 == 0 ? "restarting" : "running");
      lives.post(id + "/rename?name=" + lives.engine().name("after" + i)).expectOk();
      assertThat(containers.inspect(lives.engine().name("after" + i)).get("Id").asString())
          .isEqualTo(id);
    }
    int count = containers.inspect(id).get("RestartCount").asInt();
    JsonNode later =
        containers.await(id, "restarted", now -> now.get("RestartCount").asInt() > count);
    assertThat(later.get("Name").asString()).isEqualTo("/" + lives.engine().name("after4"));
    assertThat(
            lives.client().get("/containers/" + lives.engine().name("before") + "/json").status())
        .isEqualTo(404);
  }

  @Test
  void waitOnARestartingContainerIsForItsNextEnd() throws Exception {
    String id = containers.run("waited", Map.of(), Lives.ALWAYS, "sh", "-c", "exit 6");
    containers.await(id, "backing off", now -> now.get("RestartCount").asInt() > 3);
    containers.awaitStatus(id, "restarting");
    int count = containers.inspect(id).get("RestartCount").asInt();
    Answer waited = lives.post(id + "/wait").expectOk();
    assertThat(waited.json().get("StatusCode").asInt()).isEqualTo(6);
    assertThat(containers.inspect(id).get("RestartCount").asInt()).isGreaterThan(count);
    Future<Answer> stopped = lives.later(() -> lives.post(id + "/wait"));
    lives.post(id + "/stop").expectOk();
    assertThat(stopped.get(5, TimeUnit.SECONDS).status()).isEqualTo(200);
  }
}
