package io.gantry.container.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.EngineException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CapabilitiesTest {

  private static final Set<String> ALL = Capabilities.ofMask(0x1ffffffffffL);

  private static long mask(List<String> add, List<String> drop, boolean privileged, long bound) {
    List<String> names = Capabilities.effective(add, drop, privileged, Capabilities.ofMask(bound));
    long mask = 0;
    for (int bit = 0; bit < 41; bit++) {
      if (names.containsAll(Capabilities.ofMask(1L << bit))) {
        mask |= 1L << bit;
      }
    }
    return mask;
  }

  private static long mask(List<String> add, List<String> drop) {
    return mask(add, drop, false, 0x1ffffffffffL);
  }

  @Test
  void defaultsAreDockers() {
    assertThat(mask(List.of(), List.of())).isEqualTo(0xa80425fbL);
  }

  @Test
  void addingAndDropping() {
    assertThat(mask(List.of("NET_ADMIN"), List.of())).isEqualTo(0xa80435fbL);
    assertThat(mask(List.of("cap_net_admin"), List.of())).isEqualTo(0xa80435fbL);
    assertThat(mask(List.of(), List.of("MKNOD"))).isEqualTo(0xa00425fbL);
    assertThat(mask(List.of(), List.of("all"))).isZero();
    assertThat(mask(List.of("CHOWN"), List.of("ALL"))).isEqualTo(1);
    assertThat(mask(List.of("ALL"), List.of())).isEqualTo(0x1ffffffffffL);
    assertThat(mask(List.of("ALL"), List.of("CHOWN"))).isEqualTo(0x1fffffffffeL);
    assertThat(mask(List.of("NET_ADMIN"), List.of("NET_ADMIN"))).isEqualTo(0xa80435fbL);
  }

  @Test
  void nobodyGetsWhatTheEngineDoesNotHave() {
    assertThat(mask(List.of(), List.of(), true, 0x1fffeffffffL)).isEqualTo(0x1fffeffffffL);
    assertThat(mask(List.of("ALL"), List.of(), false, 0xff)).isEqualTo(0xff);
    assertThat(mask(List.of(), List.of(), false, 1)).isEqualTo(1);
  }

  @Test
  void unknownAndMissingOnesAreRefused() {
    assertThatThrownBy(() -> Capabilities.check("CapAdd", List.of("ALL", "foo"), ALL))
        .isInstanceOf(EngineException.class)
        .hasMessage("invalid CapAdd: unknown capability: \"CAP_FOO\"");
    assertThatThrownBy(() -> Capabilities.check("CapDrop", List.of("CAP_ALL"), ALL))
        .hasMessage("invalid CapDrop: unknown capability: \"CAP_ALL\"");
    assertThatThrownBy(
            () -> Capabilities.check("CapDrop", List.of("SYS_RESOURCE"), Set.of("CAP_CHOWN")))
        .hasMessage(
            "invalid CapDrop: capability not supported by your kernel or not available in the"
                + " current environment: \"CAP_SYS_RESOURCE\"");
    Capabilities.check("CapAdd", List.of("all", "chown", "CAP_BPF"), ALL);
  }
}
