package io.gantry.network;

import io.gantry.error.EngineException;
import io.gantry.plugins.network.AddressPool;
import io.gantry.plugins.network.NetworkSpec;
import io.gantry.plugins.network.Prefix;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Turns a request for a network into a record, or refuses it in Docker's words. Changes nothing.
 */
final class NetworkRequests {

  private static final String SWARM =
      "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to"
          + " connect this node to swarm and try again.";

  private NetworkRequests() {}

  /**
   * @param template finds a network of which the configuration is taken
   * @return the network before its driver has planned it
   */
  static Network network(
      CreateNetwork request, String id, Function<String, Optional<Network>> template) {
    name(request);
    String driver = request.driver().isEmpty() ? NetworkDrivers.BRIDGE : request.driver();
    scope(request, driver);
    if (!request.ipamDriver().isEmpty() && !request.ipamDriver().equals("default")) {
      throw EngineException.notFound("plugin \"" + request.ipamDriver() + "\" not found");
    }
    List<AddressPool> pools = pools(request.pools());
    boolean ipv4 = request.enableIpv4() == null || request.enableIpv4();
    boolean ipv6 = request.enableIpv6();
    if (!ipv4 && !ipv6 && driver.equals(NetworkDrivers.BRIDGE)) {
      throw EngineException.invalid("IPv4 or IPv6 must be enabled");
    }
    Map<String, String> options = request.options();
    Network.Ipam ipam =
        new Network.Ipam(
            "default", request.ipamOptions(), pools.stream().anyMatch(p -> p.subnet().isPresent()));
    Map<String, String> labels = new LinkedHashMap<>();
    if (!request.configFrom().isEmpty()) {
      Network from =
          template
              .apply(request.configFrom())
              .filter(Network::configOnly)
              .orElseThrow(
                  () ->
                      EngineException.notFound(
                          "configuration network \"" + request.configFrom() + "\" does not exist"));
      if (!pools.isEmpty() || !options.isEmpty() || ipv6) {
        throw EngineException.forbidden(
            "user supplied configurations are not supported if the network depends on a"
                + " configuration network");
      }
      options = from.spec().options();
      pools = from.spec().pools();
      ipv6 = from.spec().ipv6();
      ipam = from.ipam();
      labels.putAll(from.labels());
    }
    labels.putAll(request.labels());
    return new Network(
        new NetworkSpec(id, request.name(), options, pools, ipv4, ipv6, request.internal()),
        driver,
        Instant.now(),
        ipam,
        request.attachable(),
        request.configOnly(),
        request.configFrom(),
        labels);
  }

  private static void name(CreateNetwork request) {
    String name = request.name();
    if (name.isBlank()) {
      throw EngineException.invalid("invalid name: name is empty");
    }
    if (name.length() > 255) {
      throw EngineException.invalid("invalid name: it has more than 255 characters");
    }
    if (Predefined.NAMES.contains(name) || name.equals("default")) {
      throw EngineException.forbidden(
          "operation is not permitted on predefined " + name + " network ");
    }
    if (name.startsWith("container:")) {
      throw EngineException.invalid("invalid name: " + name);
    }
  }

  private static void scope(CreateNetwork request, String driver) {
    if (request.ingress()) {
      throw EngineException.forbidden("Ingress network can only be global scope network");
    }
    switch (request.scope()) {
      case "", "local" -> {}
      case "swarm", "global" ->
          throw EngineException.forbidden(
              "cannot create a swarm scoped network when swarm is not active");
      default -> throw EngineException.invalid("invalid scope: " + request.scope());
    }
    if (driver.equals("overlay")) {
      throw EngineException.forbidden(SWARM);
    }
    if (driver.equals(NetworkDrivers.HOST) || driver.equals(NetworkDrivers.NULL)) {
      throw EngineException.forbidden("only one instance of \"" + driver + "\" network is allowed");
    }
    if (request.configOnly()
        && (request.internal() || request.attachable() || !request.scope().isEmpty())) {
      throw EngineException.forbidden(
          "configuration network can only contain network specific fields. Network operator fields"
              + " like [ ingress | internal | attachable | scope ] are not supported.");
    }
    if (request.configOnly() && !request.configFrom().isEmpty()) {
      throw EngineException.forbidden(
          "a configuration network cannot depend on another configuration network");
    }
  }

  private static List<AddressPool> pools(List<CreateNetwork.Pool> pools) {
    List<String> wrong = new ArrayList<>();
    List<AddressPool> parsed = new ArrayList<>();
    for (CreateNetwork.Pool pool : pools) {
      if (pool.subnet().isEmpty()
          && pool.ipRange().isEmpty()
          && pool.gateway().isEmpty()
          && pool.auxiliaryAddresses().isEmpty()) {
        continue;
      }
      Optional<Prefix> subnet = prefix("subnet", pool.subnet(), true, wrong);
      if (subnet.isPresent()) {
        parsed.add(pool(pool, subnet.get(), wrong));
      }
    }
    if (!wrong.isEmpty()) {
      throw EngineException.invalid("invalid network config:\n" + String.join("\n", wrong));
    }
    return parsed;
  }

  private static AddressPool pool(CreateNetwork.Pool pool, Prefix subnet, List<String> wrong) {
    Optional<Prefix> range =
        pool.ipRange().isEmpty()
            ? Optional.empty()
            : prefix("ip-range", pool.ipRange(), true, wrong);
    if (range.filter(r -> !subnet.contains(r)).isPresent()) {
      wrong.add(
          "invalid ip-range %s: parent subnet %s doesn't contain ip-range"
              .formatted(pool.ipRange(), subnet));
    }
    Optional<InetAddress> gateway =
        pool.gateway().isEmpty()
            ? Optional.empty()
            : address("gateway " + pool.gateway(), pool.gateway(), subnet, wrong);
    Map<String, InetAddress> reserved = new LinkedHashMap<>();
    pool.auxiliaryAddresses()
        .forEach(
            (name, text) ->
                address("auxiliary address " + name, text, subnet, wrong)
                    .ifPresent(a -> reserved.put(name, a)));
    return new AddressPool(Optional.of(subnet), range, gateway, reserved);
  }

  private static Optional<Prefix> prefix(
      String what, String text, boolean network, List<String> wrong) {
    try {
      Prefix prefix = Prefix.parse(text);
      if (network && !prefix.equals(prefix.network())) {
        wrong.add("invalid %s %s: it should be %s".formatted(what, text, prefix.network()));
      }
      return Optional.of(prefix);
    } catch (IllegalArgumentException e) {
      wrong.add("invalid %s %s: invalid CIDR block notation".formatted(what, text));
      return Optional.empty();
    }
  }

  private static Optional<InetAddress> address(
      String what, String text, Prefix subnet, List<String> wrong) {
    try {
      InetAddress address = Prefix.address(text);
      if (subnet.contains(address)) {
        return Optional.of(address);
      }
      wrong.add(
          "invalid %s: parent subnet %s doesn't contain this address".formatted(what, subnet));
    } catch (IllegalArgumentException e) {
      wrong.add("invalid %s: invalid address".formatted(what));
    }
    return Optional.empty();
  }
}
