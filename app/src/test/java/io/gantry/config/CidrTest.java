package io.gantry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

  @Test
  void keepsTheHostPart() {
    assertThat(Cidr.parse("192.168.1.5/24")).hasToString("192.168.1.5/24");
    assertThat(Cidr.parse("fd00::1/64").prefixLength()).isEqualTo(64);
  }

  @ParameterizedTest
  @CsvSource({
    "10.9.0.1/16, 10.9.1.0/24, true",
    "10.9.0.1/16, 10.9.0.0/16, true",
    "10.9.0.1/16, 10.0.0.0/8, false",
    "10.9.0.1/16, 10.10.0.0/24, false",
    "10.9.128.1/17, 10.9.127.0/24, false",
    "0.0.0.0/0, 200.1.2.3/32, true",
    "::/0, 10.0.0.0/8, false",
  })
  void containsNetworks(String outer, String inner, boolean expected) {
    assertThat(Cidr.parse(outer).contains(Cidr.parse(inner))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/8",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0/8/8",
        "host/8",
        "fe80::/129"
      })
  void refuses(String text) {
    assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
