package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.EngineClient.Answer;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Row C6: the stop of a container whose pid namespace a paused one shares. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC6SharedPidTest extends LifeRows {

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1"})
  void stopWaitsForThePausedChildAndReturnsWhenItIsUnpaused(String timeOut) throws Exception {
    lives.engine().own("of dockerd such a stop never returns");
    String parent = lives.ready(containers.run("parent", Lives.OBEDIENT));
    String child =
        containers.run("child", Map.of(), Map.of("PidMode", "container:" + parent), Lives.OBEDIENT);
    lives.post(child + "/pause").expectOk();
    Future<Answer> stop = lives.later(() -> lives.post(parent + "/stop?t=" + timeOut));
    Lives.requireWaiting(stop);
    assertThat(containers.status(parent)).isEqualTo("running");
    lives.post(containers.run("other", Lives.OBEDIENT) + "/stop?t=0").expectOk();
    lives.post(child + "/unpause").expectOk();
    assertThat(stop.get(20, TimeUnit.SECONDS).status()).isEqualTo(204);
    containers.awaitStatus(child, "exited");
  }

  @Test
  void theMessageNamesTheChildAndSaysHowToGoOn() throws Exception {
    lives.engine().own("dockerd does not say why");
    String parent = lives.ready(containers.run("parent", Lives.OBEDIENT));
    String child =
        containers.run("child", Map.of(), Map.of("PidMode", "container:" + parent), Lives.OBEDIENT);
    lives.post(child + "/pause").expectOk();
    String name = lives.engine().name("child");
    Answer refused = lives.post(parent + "/stop?t=0");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.text())
        .contains(
            "container " + name + " (" + child.substring(0, 12) + ") shares its pid namespace")
        .contains("docker unpause " + name);
    lives.post(child + "/unpause").expectOk();
    containers.awaitStatus(parent, "exited");
  }
}
