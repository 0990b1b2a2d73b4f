package io.gantry.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.Containers;
import io.gantry.testing.TestDaemon;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * A daemon that dies while it deals with the end of a container: the next one does what is left,
 * and nothing twice. Each daemon here mends what the one before left and then dies itself, at a
 * place that its mending does not pass.
 */
class EndToldOnceTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Test
  void anEndIsToldAndCountedOnceWhereverTheDaemonDied() throws Exception {
    try (TestDaemon daemon = new TestDaemon("--bridge", "none")) {
      start(daemon, "runtime.bundle.deleted").withBusybox();
      String deleted = runToTheDeathOf(daemon, "deleted");
      start(daemon, "container.exit.torn");
      requireToldOnce(daemon, deleted);
      String torn = runToTheDeathOf(daemon, "torn");
      start(daemon, "container.exit.recorded");
      requireToldOnce(daemon, torn);
      String recorded = runToTheDeathOf(daemon, "recorded");
      start(daemon, "container.exit.seen");
      requireToldOnce(daemon, recorded);
      String seen = runToTheDeathOf(daemon, "seen");
      // passed once for the container before, and then at the end of each run
      start(daemon, "container.exit.recorded:4");
      requireToldOnce(daemon, seen);
      String restarting = restartToTheDeathOf(daemon);
      daemon.start();
      requireCountedOnce(daemon, restarting);
    }
  }

  private static TestDaemon start(TestDaemon daemon, String failPoint) throws Exception {
    return daemon.start("-Dgantry.failpoint=" + failPoint);
  }

  /** Runs a container whose end kills the daemon; returns its id. */
  private static String runToTheDeathOf(TestDaemon daemon, String name) throws Exception {
    Containers containers = new Containers(daemon.client());
    String id = containers.run(name, "sh", "-c", "read x; exit 7");
    assertThat(daemon.awaitEnd(LIMIT)).as("the daemon dies at its fail point").isTrue();
    return id;
  }

  private static void requireToldOnce(TestDaemon daemon, String id) throws Exception {
    Containers containers = new Containers(daemon.client());
    JsonNode container = containers.awaitStatus(id, "exited");
    assertThat(container.at("/State/ExitCode").asInt()).isEqualTo(7);
    assertThat(Collections.frequency(containers.actions(id), "die")).isEqualTo(1);
  }

  private static String restartToTheDeathOf(TestDaemon daemon) throws Exception {
    Containers containers = new Containers(daemon.client());
    Map<String, ?> policy =
        Map.of("RestartPolicy", Map.of("Name", "on-failure", "MaximumRetryCount", 4));
    String id = containers.run("restarting", Map.of(), policy, "sh", "-c", "echo run; exit 3");
    assertThat(daemon.awaitEnd(LIMIT)).as("the daemon dies at its fail point").isTrue();
    return id;
  }

  private static void requireCountedOnce(TestDaemon daemon, String id) throws Exception {
    Containers containers = new Containers(daemon.client());
    JsonNode container = containers.awaitStatus(id, "exited");
    assertThat(container.get("RestartCount").asInt()).isEqualTo(4);
    assertThat(container.at("/State/ExitCode").asInt()).isEqualTo(3);
    assertThat(containers.log(id)).isEqualTo("run\n".repeat(5));
    assertThat(Collections.frequency(containers.actions(id), "die")).isEqualTo(5);
  }
}
