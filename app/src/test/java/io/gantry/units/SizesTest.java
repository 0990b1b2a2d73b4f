package io.gantry.units;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cases are those of go-units' own test, and what else its code says. */
class SizesTest {

  @ParameterizedTest
  @CsvSource({
    "32, 32",
    "32b, 32",
    "32B, 32",
    "32k, 32768",
    "32K, 32768",
    "32kb, 32768",
    "32Kb, 32768",
    "32Kib, 32768",
    "32KIB, 32768",
    "32Mb, 33554432",
    "32Gb, 34359738368",
    "32Tb, 35184372088832",
    "32Pb, 36028797018963968",
    "32.5kB, 33280",
    "32.5 kB, 33280",
    "32 , 32",
    "0.3 K, 307",
    ".3kB, 307",
    "0, 0",
    "0.0 B, 0",
    "1e3, 1000",
  })
  void areReadInPowersOf1024(String text, long bytes) {
    assertThat(Sizes.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | invalid size: ''",
        "hello | invalid size: 'hello'",
        "-32 | invalid size: '-32'",
        "32ib | invalid suffix: 'ib'",
        "1x | invalid suffix: 'x'",
        "32bm | invalid suffix: 'bm'",
        "32kbm | invalid suffix: 'kbm'",
        "32KIBX | invalid suffix: 'KIBX'",
        "1.2.3 | strconv.ParseFloat: parsing \"1.2.3\": invalid syntax",
        "32  kb | strconv.ParseFloat: parsing \"32 \": invalid syntax",
        "' 32' | strconv.ParseFloat: parsing \" 32\": invalid syntax",
        ". | strconv.ParseFloat: parsing \".\": invalid syntax",
        "NaN1 | strconv.ParseFloat: parsing \"NaN1\": invalid syntax",
        "9000000p | size is too large: '9000000p'",
      })
  void whatIsNoneIsRefused(String text, String message) {
    assertThatThrownBy(() -> Sizes.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({"0,0B", "999,999B", "1000,1kB", "1976320,1.98MB", "60700000,60.7MB", "999999,1000kB"})
  void areToldWithThreeDigits(long bytes, String text) {
    assertThat(Sizes.decimal(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0,0B", "1023,1023B", "1024,1KiB", "25276510208,23.54GiB"})
  void ofMemoryAreToldWithFourDigitsInPowersOf1024(long bytes, String text) {
    assertThat(Sizes.binary(bytes)).isEqualTo(text);
  }
}
