package io.gantry.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs that do not end hold nobody up for longer than their limit. */
@Timeout(60)
class IptablesTest {

  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofMinutes(10);

  private static List<String> shell(String script) {
    return List.of("/bin/sh", "-c", script);
  }

  @Test
  void whatAProgramSaysIsReturnedAndWhyItFailedIsTold() throws Exception {
    assertThat(Iptables.run(shell("cat; echo end"), "text\n", LONG)).isEqualTo("text\nend\n");
    assertThatThrownBy(() -> Iptables.run(shell("echo why >&2; exit 3"), "x", LONG))
        .isInstanceOf(IOException.class)
        .hasMessage("/bin/sh: why");
  }

  @Test
  void aProgramThatHangsIsKilled() {
    for (String hanging :
        List.of("exec sleep 600", "exec cat >/dev/null 2>&1 </dev/zero", "sleep 600 & exit 0")) {
      assertThatThrownBy(() -> Iptables.run(shell(hanging), "x".repeat(1 << 20), SHORT))
          .as(hanging)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("did not end in");
    }
  }
}
