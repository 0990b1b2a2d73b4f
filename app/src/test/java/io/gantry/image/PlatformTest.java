package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which images are for a platform, as containerd has it. */
class PlatformTest {

  private static Platform platform(String text) {
    String[] parts = text.split("/");
    return new Platform(parts[0], parts[1], parts.length > 2 ? parts[2] : "");
  }

  @ParameterizedTest
  @CsvSource({
    "linux/amd64, linux/amd64, true",
    "linux/x86_64, linux/amd64, true",
    "linux/amd64, linux/386, true",
    "linux/386, linux/amd64, false",
    "linux/amd64, linux/arm64, false",
    "linux/amd64, windows/amd64, false",
    "linux/amd64/v3, linux/amd64/v2, true",
    "linux/amd64/v3, linux/amd64, true",
    "linux/amd64, linux/amd64/v2, false",
    "linux/arm64, linux/arm64/v8, true",
    "linux/arm64, linux/arm/v7, true",
    "linux/arm/v7, linux/arm/v6, true",
    "linux/arm/v6, linux/arm/v7, false",
    "linux/arm/v6, linux/arm, true",
    "linux/arm/v6, linux/arm64, false",
    "linux/riscv64, linux/riscv64, true",
    "linux/mips/x, linux/mips/y, false",
  })
  void whatItsProcessorsRunIsForIt(String wanted, String image, boolean expected) {
    assertThat(platform(wanted).accepts(platform(image))).isEqualTo(expected);
  }
}
