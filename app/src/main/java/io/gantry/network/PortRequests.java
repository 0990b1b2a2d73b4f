package io.gantry.network;

import io.gantry.error.EngineException;
import io.gantry.plugins.network.Passage;
import io.gantry.plugins.network.PortBinding;
import io.gantry.plugins.network.Prefix;
import io.gantry.plugins.network.Protocol;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Gathers what a container wants published, from the API's strings. Not for several threads. */
public final class PortRequests {

  private final List<PortBinding> bindings = new ArrayList<>();
  private final Set<String> bound = new LinkedHashSet<>();

  /**
   * Adds one entry of {@code HostConfig.PortBindings}.
   *
   * @param containerPort {@code 80}, {@code 80/udp}
   * @param hostIp empty for the network's default
   * @param hostPort {@code 8080}, {@code 8000-8010}, empty or 0 for a free one
   */
  public PortRequests bind(String containerPort, String hostIp, String hostPort) {
    Spec spec = spec(containerPort);
    Optional<InetAddress> address = Optional.empty();
    if (!hostIp.isEmpty()) {
      try {
        address = Optional.of(Prefix.address(hostIp));
      } catch (IllegalArgumentException e) {
        throw EngineException.invalid("invalid IP address: " + hostIp);
      }
    }
    int first = 0;
    int last = 0;
    if (!hostPort.isEmpty()) {
      int dash = hostPort.indexOf('-');
      first = port(dash < 0 ? hostPort : hostPort.substring(0, dash), hostPort);
      last = dash < 0 ? first : port(hostPort.substring(dash + 1), hostPort);
      if (last < first || (first == 0 && last > 0)) {
        throw EngineException.invalid("invalid port specification: \"" + hostPort + "\"");
      }
    }
    bindings.add(new PortBinding(spec.port, spec.protocol, address, first, last));
    bound.add(spec.port + "/" + spec.protocol.text());
    return this;
  }

  /**
   * Adds every exposed port that is not bound yet, on a free host port ({@code PublishAllPorts}).
   */
  public PortRequests publishAll(Set<String> exposed) {
    for (String text : exposed) {
      Spec spec = spec(text);
      if (bound.add(spec.port + "/" + spec.protocol.text())) {
        bindings.add(new PortBinding(spec.port, spec.protocol, Optional.empty(), 0, 0));
      }
    }
    return this;
  }

  /** What was gathered, by container port as Docker assigns them. */
  public List<PortBinding> list() {
    return bindings.stream()
        .sorted(
            Comparator.comparing(PortBinding::protocol)
                .thenComparingInt(PortBinding::containerPort))
        .toList();
  }

  /** Leave to reach an endpoint's exposed ports. */
  static List<Passage> passages(String endpointId, Set<String> exposed) {
    return exposed.stream()
        .map(PortRequests::spec)
        .map(spec -> new Passage(endpointId, spec.protocol, spec.port))
        .toList();
  }

  private record Spec(int port, Protocol protocol) {}

  private static Spec spec(String text) {
    int slash = text.indexOf('/');
    String protocol = slash < 0 ? "tcp" : text.substring(slash + 1);
    int port = port(slash < 0 ? text : text.substring(0, slash), text);
    if (port == 0) {
      throw EngineException.invalid("invalid port specification: \"" + text + "\"");
    }
    return new Spec(
        port,
        Protocol.of(protocol)
            .orElseThrow(() -> EngineException.invalid("invalid proto: " + protocol)));
  }

  private static int port(String digits, String whole) {
    if (!digits.matches("\\d{1,5}") || Integer.parseInt(digits) > 65535) {
      throw EngineException.invalid("invalid port specification: \"" + whole + "\"");
    }
    return Integer.parseInt(digits);
  }
}
