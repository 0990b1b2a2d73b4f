package io.gantry.units;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoolsTest {

  @ParameterizedTest
  @ValueSource(strings = {"1", "t", "T", "TRUE", "true", "True"})
  void areTrue(String text) {
    assertThat(Bools.parse(text)).contains(true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "f", "F", "FALSE", "false", "False"})
  void areFalse(String text) {
    assertThat(Bools.parse(text)).contains(false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "2", "yes", "tRUE", " true", "on"})
  void areNeither(String text) {
    assertThat(Bools.parse(text)).isEmpty();
  }
}
