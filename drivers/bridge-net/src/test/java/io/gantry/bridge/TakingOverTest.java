package io.gantry.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.netns.NetNamespace;
import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.network.EndpointSpec;
import io.gantry.plugins.network.NetworkSpec;
import io.gantry.plugins.network.NetworkState;
import io.gantry.plugins.network.Repairs;
import io.gantry.plugins.network.Sandbox;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records that are not quite right, as a daemon that was killed may leave them: the interfaces of
 * containers that run stay.
 */
class TakingOverTest {

  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir private Path records;
  @TempDir private Path owners;
  @TempDir private Path namespaces;
  private final String instance = "test-" + id().substring(0, 8);
  private final List<Sandbox> sandboxes = new ArrayList<>();
  private BridgeDriver driver;
  private NetworkSpec network;

  private static String id() {
    byte[] bytes = new byte[32];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  @BeforeEach
  void makeNetwork() throws Exception {
    driver = open();
    network = driver.plan(new NetworkSpec(id(), "n", Map.of(), List.of(), true, false, false));
    driver.create(network);
  }

  private BridgeDriver open() throws IOException {
    return new BridgeDriver(
        BridgeOptions.of(Map.of("instance", instance)), records, new Owners(owners));
  }

  /** As after a kill: nothing is told to close but the files. */
  private void reopen() throws IOException {
    driver.close();
    driver = open();
  }

  @AfterEach
  void removeEverything() throws Exception {
    for (Sandbox sandbox : sandboxes) {
      NetNamespace.remove(sandbox.netns());
    }
    driver.remove(network);
    driver.close();
  }

  private Sandbox sandbox() throws IOException {
    String id = id();
    Sandbox sandbox = new Sandbox(id, namespaces.resolve(id.substring(0, 12)));
    NetNamespace.create(sandbox.netns());
    sandboxes.add(sandbox);
    return sandbox;
  }

  private Attachment join(Sandbox sandbox) {
    return driver.join(
        network,
        new EndpointSpec(
            id(),
            network.id(),
            sandbox.id(),
            "c",
            "eth0",
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            true,
            Map.of()),
        sandbox);
  }

  private static NetworkState state(NetworkSpec network, Attachment... attachments) {
    return new NetworkState(
        network,
        Stream.of(attachments)
            .map(a -> new NetworkState.EndpointState(a, List.of(), List.of()))
            .toList());
  }

  private static boolean hasInterface(Attachment attachment) {
    return Path.of("/sys/class/net", attachment.hostInterface()).toFile().exists();
  }

  @Test
  void anAddressThatTwoRecordsNameLosesNobodyHisInterface() throws Exception {
    Sandbox one = sandbox();
    Sandbox two = sandbox();
    Attachment a = join(one);
    Attachment b = join(two);
    Attachment stale =
        new Attachment(
            id(),
            network.id(),
            "gone",
            "veth-gone",
            "eth1",
            a.mac(),
            a.ipv4(),
            a.ipv6(),
            a.gateway4(),
            a.gateway6());
    reopen();
    Repairs repairs = driver.reconcile(List.of(state(network, stale, a, b)));
    assertThat(repairs.failed()).hasSize(1).first().asString().contains("Address already in use");
    assertThat(repairs.lostEndpoints()).containsExactly(stale.endpointId());
    assertThat(hasInterface(a)).isTrue();
    assertThat(hasInterface(b)).isTrue();
    driver.leave(network, stale, Optional.empty());
    assertThat(join(sandbox()).ipv4()).as("another has it still").isNotEqualTo(a.ipv4());
    driver.leave(network, a, Optional.of(one));
    assertThat(hasInterface(a)).isFalse();
    assertThat(join(sandbox()).ipv4()).as("nobody has it").isEqualTo(a.ipv4());
  }

  @Test
  void aNetworkThatCannotBeTakenOverLosesNothing() throws Exception {
    Attachment a = join(sandbox());
    reopen();
    NetworkSpec unreadable =
        new NetworkSpec(
            network.id(),
            network.name(),
            Map.of("com.docker.network.bridge.enable_icc", "xx"),
            network.pools(),
            true,
            false,
            false);
    assertThat(driver.reconcile(List.of(state(unreadable, a))).failed()).hasSize(1);
    assertThat(hasInterface(a)).isTrue();
    assertThat(driver.reconcile(List.of(state(network, a))).failed()).isEmpty();
    assertThat(hasInterface(a)).isTrue();
  }
}
