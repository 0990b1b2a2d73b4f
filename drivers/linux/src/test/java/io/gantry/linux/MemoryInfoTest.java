package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryInfoTest {

  @Test
  void isInBytes() {
    List<String> lines =
        List.of(
            "MemTotal:        8140184 kB",
            "MemAvailable:    5117904 kB",
            "HugePages_Total:       0",
            "Hugepagesize:       2048 kB");
    assertThat(MemoryInfo.parse(lines))
        .isEqualTo(new MemoryInfo(8140184L << 10, 5117904L << 10, 2 << 20));
  }

  @Test
  void whatIsNotSaidIsNothing() {
    assertThat(MemoryInfo.parse(List.of("", "MemFree: 7 kB"))).isEqualTo(new MemoryInfo(0, 0, 0));
  }

  @Test
  void ofThisHost() {
    MemoryInfo now = MemoryInfo.read();
    assertThat(now.total()).isPositive();
    assertThat(now.available()).isPositive().isLessThanOrEqualTo(now.total());
  }
}
