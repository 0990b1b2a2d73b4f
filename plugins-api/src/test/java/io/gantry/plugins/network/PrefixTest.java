package io.gantry.plugins.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PrefixTest {

  @Test
  void textIsReadAndWrittenInTheUsualForm() {
    for (String text :
        List.of(
            "10.0.0.0/8", "172.17.0.2/16", "fd00:ab::/64", "::/0", "::1/128", "1::2:0:0:3/64")) {
      assertThat(Prefix.parse(text)).hasToString(text);
    }
    assertThat(Prefix.parse("FD00:0:0:1:0:0:0:1/64")).hasToString("fd00:0:0:1::1/64");
    assertThat(Prefix.parse("2001:db8:0:1:1:1:1:1/64")).hasToString("2001:db8:0:1:1:1:1:1/64");
  }

  @Test
  void everythingElseIsRefused() {
    for (String text :
        List.of(
            "",
            "/",
            "10.0.0.0",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "10.0.0/8",
            "010.0.0.1/8",
            "10.0.0.256/8",
            "localhost/8",
            "fe80::1%lo/64",
            "::1/129",
            "1.2.3.4/8/8",
            "1.2.3.4/0x8",
            "1.2.3.4./8",
            "0x7f000001/8")) {
      assertThatThrownBy(() -> Prefix.parse(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void networkContainsAndOverlaps() {
    Prefix wide = Prefix.parse("172.16.0.0/12");
    assertThat(Prefix.parse("172.29.9.1/20").network()).isEqualTo(Prefix.parse("172.29.0.0/20"));
    assertThat(wide.contains(Prefix.address("172.31.255.255"))).isTrue();
    assertThat(wide.contains(Prefix.address("172.32.0.0"))).isFalse();
    assertThat(wide.contains(Prefix.address("::1"))).isFalse();
    assertThat(wide.contains(Prefix.parse("172.20.0.0/16"))).isTrue();
    assertThat(Prefix.parse("172.20.0.0/16").contains(wide)).isFalse();
    assertThat(Prefix.parse("172.20.0.0/16").overlaps(wide)).isTrue();
    assertThat(Prefix.parse("fd00::/8").overlaps(Prefix.parse("fd12::/64"))).isTrue();
    assertThat(Prefix.parse("10.0.0.0/9").overlaps(Prefix.parse("10.128.0.0/9"))).isFalse();
  }
}
