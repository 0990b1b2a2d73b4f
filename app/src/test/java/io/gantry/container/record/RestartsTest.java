package io.gantry.container.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Row C4: how the delay between a container's end and its next start grows. */
class RestartsTest {

  private static final Duration SHORT = Duration.ofMillis(5);

  @Test
  void theDelayDoublesUpToAMinute() {
    List<Long> delays =
        Stream.iterate(Restarts.NONE.after(SHORT), last -> last.after(SHORT))
            .limit(12)
            .map(restarts -> restarts.delay().toMillis())
            .toList();
    assertThat(delays)
        .containsExactly(
            100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 12800L, 25600L, 51200L, 60000L, 60000L);
  }

  @Test
  void aRunOfTenSecondsStartsOverButIsCounted() {
    Restarts many = Restarts.NONE.after(SHORT).after(SHORT).after(SHORT);
    assertThat(many).isEqualTo(new Restarts(3, Duration.ofMillis(400)));
    assertThat(many.after(Duration.ofMillis(9999)).delay()).isEqualTo(Duration.ofMillis(800));
    assertThat(many.after(Duration.ofSeconds(10)))
        .isEqualTo(new Restarts(4, Duration.ofMillis(100)));
  }

  @Test
  void onFailureAllowsSoManyRestarts() {
    RestartPolicy twice = new RestartPolicy("on-failure", 2);
    State failed = State.CREATED.exited(1, Instant.now(), false, "");
    assertThat(twice.appliesTo(failed, 1)).isTrue();
    assertThat(twice.appliesTo(failed, 2)).isFalse();
    assertThat(twice.appliesTo(failed.stoppedByUser(true), 0)).isFalse();
  }
}
