package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.EngineException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProcessTableTest {

  @Test
  void onlyTheContainersProcessesAreShown() {
    String printed =
        """
        UID          PID    PPID CMD
        root           1       0 init of the host
        root          42       1 sleep 1 2 3
        """;
    assertThat(ProcessTable.parse(printed, Set.of(42)))
        .isEqualTo(
            new ProcessTable(
                List.of("UID", "PID", "PPID", "CMD"),
                List.of(List.of("root", "42", "1", "sleep 1 2 3"))));
    assertThatThrownBy(() -> ProcessTable.parse("CMD\nsleep\n", Set.of(42)))
        .isInstanceOf(EngineException.class)
        .hasMessage("Couldn't find PID field in ps output");
  }

  @Test
  void aProgramThatDoesNotStopPrintingIsEnded() {
    assertThatThrownBy(() -> ProcessTable.run(List.of("yes"), 1000))
        .isInstanceOf(EngineException.class)
        .hasMessage("yes printed more than 1000 bytes");
  }
}
