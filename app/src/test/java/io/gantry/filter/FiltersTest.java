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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  void namesAreNamesOrExpressions() {
    assertThat(Filters.NONE.patterns("name").fit("any")).isTrue();
    assertThat(given("name", "^[ab]").patterns("name").fit("beta")).isTrue();
    assertThat(given("name", "^eta", "z").patterns("name").fit("beta")).isFalse();
    assertThat(given("name", "^eta", "t").patterns("name").fit("beta")).isTrue();
  }

  @Test
  void whatIsNoExpressionIsAName() {
    assertThat(given("name", "a[b").patterns("name").fit("a[b")).isTrue();
    assertThat(given("name", "[").patterns("name").fit("a[b")).isFalse();
    // of Perl's expressions, Go has none that look back or ahead
    assertThat(given("name", "(a)\\1").patterns("name").fit("aa")).isFalse();
    assertThat(given("name", "a{1001}").patterns("name").fit("a".repeat(1001))).isFalse();
  }

  /** With expressions that are tried one way after the other this ends in some thousand years. */
  @Test
  void noExpressionTakesLong() {
    String text = "a".repeat(60) + "!";
    assertThat(given("name", "^(a+)+$", "^(a|aa)+$").patterns("name").fit(text)).isFalse();
    assertThat(given("name", "(x+x+)+y").patterns("name").fit("x".repeat(10_000))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"((((a{1000}){1000}){1000}){1000})", "(a{100}){100}", ".{0,1000}.{0,1000}"})
  void expressionsThatGrowAreRefused(String value) {
    assertThatThrownBy(() -> given("name", value).patterns("name"))
        .isInstanceOf(EngineException.class)
        .hasMessage("invalid filter 'name=" + value + "': expression too large");
  }

  @Test
  void bracketsInBracketsHaveALimit() {
    String inside = "(".repeat(200) + "a" + ")".repeat(200);
    assertThat(given("name", inside).patterns("name").fit("bab")).isTrue();
    String deep = "(".repeat(5000) + "a" + ")".repeat(5000);
    assertThatThrownBy(() -> given("name", deep).patterns("name"))
        .hasMessageEndingWith("expression too large");
  }
}
