package io.gantry.units;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "-0, PT0S",
    "5s, PT5S",
    "+5s, PT5S",
    "-5s, PT-5S",
    "1h30m, PT1H30M",
    "1.5s, PT1.5S",
    ".5s, PT0.5S",
    "1.s, PT1S",
    "2m3.5s, PT2M3.5S",
    "10ns, PT0.00000001S",
    "11us, PT0.000011S",
    "12\u00b5s, PT0.000012S",
    "12\u03bcs, PT0.000012S",
    "13ms, PT0.013S",
    "1.9ns, PT0.000000001S",
    "9223372036854775807ns, PT2562047H47M16.854775807S",
  })
  void areReadAsGoDoes(String text, String iso) {
    assertThat(Durations.parse(text)).contains(Duration.parse(iso));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "3",
        "1d",
        "s",
        ".s",
        "1h30",
        "1 h",
        " 1h",
        "1h ",
        "--1s",
        "1e3s",
        "1,5s",
        "9223372036854775808ns",
        "3000000h"
      })
  void whatIsNoneIsNotRead(String text) {
    assertThat(Durations.parse(text)).isEmpty();
  }

  @Test
  void aLongTextNeedsNoDeepStack() {
    assertThat(Durations.parse("1s".repeat(100_000))).contains(Duration.ofSeconds(100_000));
  }

  @ParameterizedTest
  @CsvSource({
    "0,Less than a second",
    "1,1 second",
    "59,59 seconds",
    "60,About a minute",
    "119,About a minute",
    "120,2 minutes",
    "3600,About an hour",
    "7200,2 hours",
    "172800,2 days",
    "1209600,2 weeks",
    "5184000,2 months",
    "63072000,2 years"
  })
  void areToldToPeople(long seconds, String text) {
    assertThat(Durations.human(Duration.ofSeconds(seconds))).isEqualTo(text);
  }
}
