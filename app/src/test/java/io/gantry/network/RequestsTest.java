package io.gantry.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.config.DaemonOptions;
import io.gantry.error.EngineException;
import io.gantry.plugins.network.AddressPool;
import io.gantry.plugins.network.NetworkSpec;
import io.gantry.plugins.network.PortBinding;
import io.gantry.plugins.network.Prefix;
import io.gantry.plugins.network.Protocol;
import io.gantry.plugins.network.PublishedPort;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What users ask for, without the kernel: ports, the default bridge, name servers. */
class RequestsTest {

  @Test
  void portsAreGatheredFromTheApisStrings() {
    List<PortBinding> ports =
        new PortRequests()
            .bind("80/tcp", "127.0.0.1", "8080")
            .bind("53/udp", "", "")
            .bind("81", "", "9000-9010")
            .publishAll(Set.of("80/tcp", "443/tcp"))
            .list();
    assertThat(ports)
        .containsExactly(
            new PortBinding(80, Protocol.TCP, Optional.of(Prefix.address("127.0.0.1")), 8080, 8080),
            new PortBinding(81, Protocol.TCP, Optional.empty(), 9000, 9010),
            new PortBinding(443, Protocol.TCP, Optional.empty(), 0, 0),
            new PortBinding(53, Protocol.UDP, Optional.empty(), 0, 0));
    assertThat(new PortRequests().bind("80", "", "0").list())
        .containsExactly(new PortBinding(80, Protocol.TCP, Optional.empty(), 0, 0));
  }

  @Test
  void wrongPortsAreRefused() {
    for (List<String> wrong :
        List.of(
            List.of("x", "", ""),
            List.of("0", "", ""),
            List.of("65536", "", ""),
            List.of("80/xyz", "", ""),
            List.of("80", "localhost", ""),
            List.of("80", "", "70000"),
            List.of("80", "", "9010-9000"),
            List.of("80", "", "-1"),
            List.of("80", "", "0-5"),
            List.of("", "", ""))) {
      assertThatThrownBy(() -> new PortRequests().bind(wrong.get(0), wrong.get(1), wrong.get(2)))
          .as(wrong.toString())
          .isInstanceOf(EngineException.class);
    }
  }

  @Test
  void openPortsCanBeAskedForAgain() {
    PublishedPort four = new PublishedPort(80, Protocol.TCP, Prefix.address("0.0.0.0"), 8080);
    PublishedPort six = new PublishedPort(80, Protocol.TCP, Prefix.address("::"), 8080);
    PublishedPort one = new PublishedPort(81, Protocol.UDP, Prefix.address("10.1.1.1"), 9000);
    assertThat(Endpoints.bindings(List.of(four, six, one)))
        .containsExactly(
            new PortBinding(80, Protocol.TCP, Optional.empty(), 8080, 8080),
            new PortBinding(81, Protocol.UDP, Optional.of(one.hostAddress()), 9000, 9000));
    assertThat(Endpoints.bindings(List.of(four)))
        .containsExactly(
            new PortBinding(80, Protocol.TCP, Optional.of(four.hostAddress()), 8080, 8080));
  }

  private static DaemonOptions.Network options(String... arguments) {
    return DaemonOptions.read(List.of(arguments)).network();
  }

  private static Network bridge(NetworkSpec planned) {
    return new Network(
        planned,
        "bridge",
        Instant.EPOCH,
        new Network.Ipam("default", Map.of(), false),
        false,
        false,
        "",
        Map.of());
  }

  @Test
  void defaultBridgeKeepsItsSubnetUntilItIsToldOtherwise() {
    NetworkSpec first =
        DefaultBridge.spec(options("--bip", "10.5.0.1/24"), "ab".repeat(32), Optional.empty());
    assertThat(first.pools())
        .containsExactly(
            new AddressPool(
                Optional.of(Prefix.parse("10.5.0.0/24")),
                Optional.empty(),
                Optional.of(Prefix.address("10.5.0.1")),
                Map.of()));
    Network stored = bridge(first);
    NetworkSpec again = DefaultBridge.spec(options(), first.id(), Optional.of(stored));
    assertThat(again.pools()).isEqualTo(first.pools());
    assertThat(DefaultBridge.fits(stored, again)).isTrue();
    NetworkSpec other =
        DefaultBridge.spec(options("--bip", "10.6.0.1/24"), first.id(), Optional.of(stored));
    assertThat(DefaultBridge.fits(stored, other)).isFalse();
    NetworkSpec icc = DefaultBridge.spec(options("--icc=false"), first.id(), Optional.of(stored));
    assertThat(DefaultBridge.fits(stored, icc)).isFalse();
    assertThat(DefaultBridge.wanted(options("--bridge", "none"))).isFalse();
  }

  @Test
  void fixedCidrNarrowsTheRange() {
    NetworkSpec spec =
        DefaultBridge.spec(
            options("--bip", "10.5.0.1/16", "--fixed-cidr", "10.5.9.0/24"),
            "ab".repeat(32),
            Optional.empty());
    assertThat(spec.pools().getFirst().range()).contains(Prefix.parse("10.5.9.0/24"));
  }

  @Test
  void nameServersOnLoopbackAreNotForContainers() {
    HostResolver host =
        HostResolver.parse(
            "# comment\nnameserver 127.0.0.53\nnameserver 10.1.1.1\nnameserver junk\n"
                + "domain old\nsearch a.b c.d\noptions ndots:2 timeout:1\n");
    assertThat(host.forContainer()).containsExactly("10.1.1.1");
    assertThat(host.forEngine()).containsExactly("10.1.1.1", "127.0.0.53");
    assertThat(host.search()).containsExactly("a.b", "c.d");
    assertThat(host.options()).containsExactly("ndots:2", "timeout:1");
    assertThat(HostResolver.parse("nameserver 127.0.0.1\n").forContainer())
        .containsExactly("8.8.8.8", "8.8.4.4");
  }
}
