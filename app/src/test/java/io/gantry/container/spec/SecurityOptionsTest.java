package io.gantry.container.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.container.record.HostConfig;
import org.junit.jupiter.api.Test;

class SecurityOptionsTest {

  private static final HostConfig ASKED = Spec.hostConfig("{'securityOpt':['apparmor=web']}");

  private static HostFacts host(boolean apparmor) {
    HostFacts host = Spec.HOST;
    return new HostFacts(
        host.architecture(),
        host.kernel(),
        host.processors(),
        host.capabilities(),
        host.rlimits(),
        host.mayRaiseRlimits(),
        host.cgroupNamespaces(),
        apparmor,
        host.hugePages(),
        host.hidden());
  }

  @Test
  void theProfileOfAppArmorIsTheOneAskedForWhereThereIsAppArmor() {
    assertThat(SecurityOptions.apparmorProfile(ASKED, host(true))).contains("web");
    assertThat(SecurityOptions.apparmorProfile(ASKED, host(false))).isEmpty();
    HostConfig without = Spec.hostConfig("{}");
    assertThat(SecurityOptions.apparmorProfile(without, host(true))).isEmpty();
  }
}
