package io.gantry.plugins.network;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network as its driver sees it.
 *
 * @param id 64 hexadecimal digits
 * @param name unique on the host
 * @param options driver options with their full names, for instance {@code
 *     com.docker.network.driver.mtu}
 * @param pools where addresses come from; a planned network has its subnets set
 * @param ipv4 whether endpoints get IPv4 addresses
 * @param ipv6 whether endpoints get IPv6 addresses
 * @param internal whether the network is cut off from everything but itself
 */
public record NetworkSpec(
    String id,
    String name,
    Map<String, String> options,
    List<AddressPool> pools,
    boolean ipv4,
    boolean ipv6,
    boolean internal) {

  public NetworkSpec {
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    pools = List.copyOf(pools);
  }

  public NetworkSpec withPools(List<AddressPool> chosen) {
    return new NetworkSpec(id, name, options, chosen, ipv4, ipv6, internal);
  }
}
