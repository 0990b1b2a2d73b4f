package io.gantry.plugins.network;

import java.net.InetAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One subnet of a network (API {@code IPAMConfig}).
 *
 * @param subnet all addresses; empty asks the driver to choose
 * @param range where endpoints' addresses are taken from when none is asked for; empty means the
 *     whole subnet
 * @param gateway the router's address; empty asks the driver to choose
 * @param reserved names and addresses that are never given to an endpoint
 */
public record AddressPool(
    Optional<Prefix> subnet,
    Optional<Prefix> range,
    Optional<InetAddress> gateway,
    Map<String, InetAddress> reserved) {

  public AddressPool {
    reserved = Collections.unmodifiableMap(new LinkedHashMap<>(reserved));
  }

  public static AddressPool of(Prefix subnet) {
    return new AddressPool(Optional.of(subnet), Optional.empty(), Optional.empty(), Map.of());
  }
}
