package io.gantry.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.EngineException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The words and the answers are those of dockerd 28. */
class FiltersTest {

  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");

  private static Filters given(String name, String... values) {
    return new Filters(Map.of(name, new LinkedHashSet<>(List.of(values))));
  }

  @Test
  void unknownNamesAreRefused() {
    assertThat(given("label", "a").only(Set.of("label")).has("label")).isTrue();
    assertThatThrownBy(() -> given("foo", "a").only(Set.of("label")))
        .isInstanceOf(EngineException.class)
        .hasMessage("invalid filter 'foo'");
  }

  @Test
  void aFlagIsTrueOrFalse() {
    assertThat(Filters.NONE.flag("dangling")).isEmpty();
    assertThat(given("dangling", "true", "1").flag("dangling")).contains(true);
    assertThat(given("dangling", "x", "0").flag("dangling")).contains(false);
    assertThatThrownBy(() -> given("dangling", "t").flag("dangling"))
        .hasMessage("invalid filter 'dangling=[t]'");
    assertThatThrownBy(() -> given("dangling", "true", "false").flag("dangling"))
        .hasMessage("invalid filter 'dangling=[true false]'");
  }

  @Test
  void allLabelsMustFitAndNoneOfTheUnwanted() {
    Map<String, String> labels = Map.of("a", "1", "b", "");
    assertThat(given("label", "a", "b").fitLabels(labels)).isTrue();
    assertThat(given("label", "a=1").fitLabels(labels)).isTrue();
    assertThat(given("label", "a", "c").fitLabels(labels)).isFalse();
    assertThat(given("label!", "a=2", "c").fitLabels(labels)).isTrue();
    assertThat(given("label!", "b=").fitLabels(labels)).isFalse();
  }

  @Test
  void untilIsOneTime() {
    assertThat(given("until", "1700000000").until()).contains(Instant.ofEpochSecond(1700000000));
    assertThatThrownBy(() -> given("until", "1h", "2h").until())
        .hasMessage("more than one until filter specified");
    assertThatThrownBy(() -> given("until", "garbage").until())
        .hasMessage("failed to parse value as time or duration: \"garbage\"");
  }

  @Test
  void timesAreSecondsDurationsOrDates() {
    assertThat(Timestamps.parse("12.5", NOW)).isEqualTo(Instant.ofEpochSecond(12, 500_000_000));
    assertThat(Timestamps.parse("1h30m", NOW)).isEqualTo(NOW.minus(Duration.ofMinutes(90)));
    assertThat(Timestamps.parse("2026-01-02T03:04:05.5+01:00", NOW))
        .isEqualTo(Instant.parse("2026-01-02T02:04:05.5Z"));
    assertThat(Timestamps.parse("2026-01-02Z", NOW))
        .isEqualTo(Instant.parse("2026-01-02T00:00:00Z"));
    assertThat(Timestamps.parse("2026-01-02", NOW))
        .isEqualTo(LocalDate.of(2026, 1, 2).atStartOfDay(ZoneId.systemDefault()).toInstant());
  }

  @Test
  void patternsThatAreNoneArePlainText() {
    assertThat(Filters.isIn("^[ab]", "beta")).isTrue();
    assertThat(Filters.isIn("[", "a[b")).isTrue();
    assertThat(Filters.isIn("[", "ab")).isFalse();
  }
}
