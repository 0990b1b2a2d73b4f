package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.TestDaemon;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Row C4: restart policies. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC4RestartPolicyTest extends LifeRows {

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
    lives.post(id + "/start").expectOk();
    assertThat(containers.awaitStatus(id, "exited").get("RestartCount").asInt()).isEqualTo(2);
    assertThat(containers.log(id).lines()).hasSize(6);
  }

  @Test
  void onFailureLeavesASuccessAlone() throws Exception {
    String id =
        containers.run(
            "succeeding", Map.of(), Map.of("RestartPolicy", Map.of("Name", "on-failure")), "true");
    JsonNode container = containers.awaitStatus(id, "exited");
    assertThat(container.get("RestartCount").asInt()).isZero();
  }

  @Test
  void manualStopsAndTheBackOffAreKeptOverDaemonRestarts() throws Exception {
    TestDaemon daemon = lives.engine().own("the reference is not killed");
    Map<String, ?> unlessStopped = Map.of("RestartPolicy", Map.of("Name", "unless-stopped"));
    String always = lives.ready(containers.run("always", Map.of(), Lives.ALWAYS, Lives.OBEDIENT));
    String stopped =
        lives.ready(containers.run("stopped", Map.of(), unlessStopped, Lives.OBEDIENT));
    String failing = containers.run("failing", Map.of(), Lives.ALWAYS, "sh", "-c", "exit 2");
    lives.post(always + "/stop").expectOk();
    lives.post(stopped + "/stop").expectOk();
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
