package io.gantry.console.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.console.line.UsageException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunArgumentsTest {

  @ParameterizedTest
  @CsvSource({
    "80,80/tcp,'',''",
    "8080:80,80/tcp,'',8080",
    "127.0.0.1:8080:80/udp,80/udp,127.0.0.1,8080",
    "127.0.0.1::80,80/tcp,127.0.0.1,''",
    "[::1]:8080:80,80/tcp,::1,8080",
    "8000-8010:80,80/tcp,'',8000-8010"
  })
  void onePort(String text, String container, String ip, String host) {
    assertThat(PortSpec.parse(text)).containsExactly(new PortSpec(container, ip, host));
  }

  @Test
  void aRangeIsManyPorts() {
    assertThat(PortSpec.parse("8000-8001:80-81"))
        .containsExactly(new PortSpec("80/tcp", "", "8000"), new PortSpec("81/tcp", "", "8001"));
    assertThat(PortSpec.parse("80-81")).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "80/foo", "70000", "1-2:80-90", "9-8", "a:80", "8080:"})
  void whatIsNoPortIsRefused(String text) {
    assertThatThrownBy(() -> PortSpec.parse(text))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("\"" + text + "\"");
  }

  @ParameterizedTest
  @CsvSource({
    "busybox,docker.io,busybox:latest,docker.io/library/busybox:latest",
    "a/b:1,docker.io,a/b:1,docker.io/a/b:1",
    "localhost:5000/x,localhost:5000,localhost:5000/x:latest,localhost:5000/x:latest",
    "r.io/x@sha256:abc,r.io,r.io/x@sha256:abc,r.io/x@sha256:abc"
  })
  void imageNames(String text, String registry, String tagged, String canonical) {
    ImageName name = ImageName.of(text).tagged();
    assertThat(name.registry()).isEqualTo(registry);
    assertThat(name.toString()).isEqualTo(tagged);
    assertThat(name.canonical()).isEqualTo(canonical);
  }

  @Test
  void variablesWithoutValueAreTheUsers() throws Exception {
    assertThat(Environment.of(List.of(), List.of("A=1", "B", "C", "D="), Map.of("B", "2")))
        .containsExactly("A=1", "B=2", "D=");
  }

  @Test
  void detachKeysAreNoticedAcrossReads() {
    DetachKeys keys = DetachKeys.parse("ctrl-p,ctrl-q");
    keys.typed(new byte[] {'a', 0x10, 'b', 0x11}, 4);
    assertThat(keys.complete()).isFalse();
    keys.typed(new byte[] {0x10, 0x10}, 2);
    keys.typed(new byte[] {0x11}, 1);
    assertThat(keys.complete()).isTrue();
    assertThatThrownBy(() -> DetachKeys.parse("ctrl-1")).isInstanceOf(UsageException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "exec: \"x\": executable file not found in $PATH,127",
    "stat /x: no such file or directory,127",
    "exec: \"/etc\": permission denied,126",
    "port is already allocated,125"
  })
  void startFailuresHaveAShellsStatus(String message, int status) {
    assertThat(Run.status(message)).isEqualTo(status);
  }
}
