package io.gantry.overlay2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.Host;
import io.gantry.plugins.storage.StorageDriver;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Overlay2OptionsTest {

  @TempDir Path data;

  @ParameterizedTest
  @CsvSource({
    "1024, 1024",
    "10k, 10240",
    "10KB, 10240",
    "10kib, 10240",
    "1.5g, 1610612736",
    "2 GB, 2147483648",
    "0, 0",
    "7b, 7"
  })
  void sizesAreReadAsDockerReadsThem(String text, long bytes) {
    assertThat(Overlay2Options.bytes(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "k", "-1", "10x", "1e3", "10 000", "99999999999999999999p"})
  void wrongSizesAreNamed(String text) {
    assertThatThrownBy(() -> Overlay2Options.bytes(text))
        .isInstanceOfSatisfying(
            DriverException.class,
            e -> assertThat(e.kind()).isEqualTo(DriverException.Kind.INVALID))
        .hasMessage("invalid size: '" + text + "'");
  }

  @Test
  void optionsAreChecked() {
    assertThatThrownBy(() -> Overlay2Options.parse(Map.of("mountopt", "x")))
        .hasMessage("overlay2: unknown option mountopt");
    assertThatThrownBy(() -> Overlay2Options.parse(Map.of("override_kernel_check", "maybe")))
        .hasMessageContaining("override_kernel_check")
        .hasMessageContaining("maybe");
    assertThat(Overlay2Options.parse(Map.of("override_kernel_check", "true", "size", "1g")))
        .satisfies(
            options -> {
              assertThat(options.overrideKernelCheck()).isTrue();
              assertThat(options.size()).hasValue(1L << 30);
            });
  }

  @Test
  void sizesNeedProjectQuotas() {
    assertThatThrownBy(() -> Snapshots.open(data, Map.of("size", "1g")))
        .hasMessageStartingWith(
            "Storage Option overlay2.size only supported for backingFS XFS. Found ");
    try (StorageDriver driver = Snapshots.open(data)) {
      assertThatThrownBy(() -> driver.prepare("k", "", Map.of("size", "1g")))
          .hasMessage(
              "--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
      assertThatThrownBy(() -> driver.prepare("k", "", Map.of("colour", "red")))
          .hasMessage("Unknown option colour");
      assertThat(driver.walk()).isEmpty();
    }
  }

  @Test
  void oldKernelsAreToldApart() {
    assertThat(Overlay2Factory.isTooOld("3.10.0-862.el7")).isTrue();
    assertThat(Overlay2Factory.isTooOld("4.0.0")).isFalse();
    assertThat(Overlay2Factory.isTooOld("6.18.44-fc")).isFalse();
  }

  @Test
  void thisHostIsUsable() {
    Overlay2Factory factory = new Overlay2Factory();
    Host host = new Host("6.0.0", "amd64", Set.of("overlay"), data);
    assertThat(factory.probe(host).usable()).isTrue();
    Host procfs = new Host("6.0.0", "amd64", Set.of("overlay"), Path.of("/absent"));
    assertThat(factory.probe(procfs).usable()).isFalse();
  }

  @Test
  void statusHasDockersRows() {
    try (StorageDriver driver = Snapshots.open(data)) {
      assertThat(driver.status())
          .extracting(row -> row.name())
          .containsExactly(
              "Backing Filesystem",
              "Supports d_type",
              "Using metacopy",
              "Native Overlay Diff",
              "userxattr");
      assertThat(driver.status().getFirst().value()).isEqualTo("extfs");
    }
  }
}
