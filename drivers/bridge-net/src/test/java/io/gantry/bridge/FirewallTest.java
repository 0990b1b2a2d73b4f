package io.gantry.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of removals while the host's programs fail, which no host does when it is asked. */
@Timeout(60)
class FirewallTest {

  private static final Rule RULE = new Rule("nat", "GANTRY-test", "-p tcp -j RETURN");

  /** Fails as often as it is told to. */
  private static final class Failing extends Iptables {

    private int failures;

    Failing(int failures) {
      super(false);
      this.failures = failures;
    }

    @Override
    String save() {
      return "";
    }

    @Override
    void restore(String commands) throws IOException {
      if (failures-- > 0) {
        throw new IOException("another program has the lock");
      }
    }
  }

  @Test
  void anAddressStaysTakenUntilItsRulesAreGone() throws Exception {
    Firewall firewall = new Firewall(new Failing(2), new Chains("test", false), () -> List.of());
    CountDownLatch free = new CountDownLatch(1);
    firewall.removeLater(List.of(RULE), free::countDown);
    assertThat(firewall.flush()).isFalse();
    assertThat(free.getCount()).isEqualTo(1);
    free.await(); // without being asked again
  }
}
