package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.Health;
import io.gantry.store.RecordJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Row C12: the guide's seven rules of health checks. */
class HealthRulesTest {

  private static final Instant STARTED = Instant.parse("2026-01-02T03:04:05Z");

  private static Optional<HealthRules> rules(String healthcheck) {
    return HealthRules.of(
        RecordJson.read("{\"healthcheck\":" + healthcheck + "}", ContainerConfig.class));
  }

  private static final HealthRules THREE =
      rules("{\"test\":[\"CMD\",\"probe\"],\"startPeriod\":10000000000}").orElseThrow();

  /** What is known after probes with these exit codes, so many seconds after the start. */
  private static Health after(Health before, int second, int... exitCodes) {
    Health health = before;
    for (int exitCode : exitCodes) {
      Instant time = STARTED.plusSeconds(second);
      health = THREE.after(health, new Health.Result(time, time, exitCode, ""), STARTED);
    }
    return health;
  }

  @Test
  void aContainerIsStartingUntilItsFirstSuccess() {
    assertThat(HealthRules.FIRST.status()).isEqualTo("starting");
    assertThat(after(HealthRules.FIRST, 20, 1, 1).status()).isEqualTo("starting");
    assertThat(after(HealthRules.FIRST, 20, 1, 1, 0).status()).isEqualTo("healthy");
  }

  @Test
  void soManyFailuresInARowMakeItUnhealthyAndOneSuccessHealthy() {
    Health failing = after(HealthRules.FIRST, 20, 0, 1, 1);
    assertThat(failing.status()).isEqualTo("healthy");
    assertThat(failing.failingStreak()).isEqualTo(2);
    Health unhealthy = after(failing, 20, -1);
    assertThat(unhealthy.status()).isEqualTo("unhealthy");
    assertThat(after(unhealthy, 20, 0)).extracting(Health::status).isEqualTo("healthy");
    assertThat(after(unhealthy, 20, 0).failingStreak()).isZero();
  }

  @Test
  void failuresInTheStartPeriodDoNotCountUnlessASuccessCameFirst() {
    Health starting = after(HealthRules.FIRST, 5, 1, 1, 1, 1);
    assertThat(starting.status()).isEqualTo("starting");
    assertThat(starting.failingStreak()).isZero();
    assertThat(after(HealthRules.FIRST, 5, 0, 1, 1, 1).status()).isEqualTo("unhealthy");
  }

  @Test
  void theStartPeriodHasAnIntervalOfItsOwn() {
    assertThat(THREE.pause(HealthRules.FIRST, STARTED, STARTED.plusSeconds(5)))
        .isEqualTo(Duration.ofSeconds(5));
    assertThat(THREE.pause(HealthRules.FIRST, STARTED, STARTED.plusSeconds(15)))
        .isEqualTo(Duration.ofSeconds(30));
    Health healthy = after(HealthRules.FIRST, 5, 0);
    assertThat(THREE.pause(healthy, STARTED, STARTED.plusSeconds(5)))
        .isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void zeroIsTheDefault() {
    assertThat(THREE.timeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(THREE.retries()).isEqualTo(3);
    assertThat(rules("{\"test\":[\"CMD\",\"probe\"],\"retries\":7}").orElseThrow().retries())
        .isEqualTo(7);
  }

  @Test
  void theLastFiveResultsAreKept() {
    Health health = after(HealthRules.FIRST, 20, 1, 2, 3, 4, 5, 6, 7);
    assertThat(health.log().stream().map(Health.Result::exitCode)).containsExactly(3, 4, 5, 6, 7);
  }

  @Test
  void aCommandLineIsTheShells() {
    assertThat(rules("{\"test\":[\"CMD-SHELL\",\"a && b\"]}").orElseThrow().command())
        .isEqualTo(List.of("/bin/sh", "-c", "a && b"));
    assertThat(rules("{\"test\":[\"NONE\"]}")).isEmpty();
  }
}
