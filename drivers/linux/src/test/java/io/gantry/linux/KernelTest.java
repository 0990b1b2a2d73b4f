package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KernelTest {

  @Test
  void tellsOfItselfAndOfTheMachine() throws Exception {
    assertThat(Kernel.bootId()).matches("[0-9a-f-]{36}").isEqualTo(Kernel.bootId());
    assertThat(Kernel.release()).isEqualTo(System.getProperty("os.version"));
    assertThat(Kernel.hostName()).isNotEmpty().doesNotContain("\n");
    assertThat(Kernel.fileSystems()).contains("proc", "tmpfs");
  }
}
