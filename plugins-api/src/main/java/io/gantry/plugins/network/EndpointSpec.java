package io.gantry.plugins.network;

import java.net.InetAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container's wish to be joined to a network.
 *
 * @param id 64 hexadecimal digits, unique among all endpoints
 * @param networkId the network's id
 * @param containerId the container's id
 * @param containerName for messages
 * @param interfaceName what the interface is called in the container, for instance {@code eth0}
 * @param ipv4 the address wanted; empty takes the next free one
 * @param ipv6 likewise
 * @param linkLocal more addresses of the interface, unique on its link at most; the driver gives
 *     them as they are
 * @param mac the hardware address wanted, 6 bytes in colon notation; empty lets the driver choose
 * @param defaultRoute whether the namespace's default routes shall lead through this endpoint,
 *     where its network has a gateway
 * @param options driver options of this endpoint
 */
public record EndpointSpec(
    String id,
    String networkId,
    String containerId,
    String containerName,
    String interfaceName,
    Optional<InetAddress> ipv4,
    Optional<InetAddress> ipv6,
    List<InetAddress> linkLocal,
    Optional<String> mac,
    boolean defaultRoute,
    Map<String, String> options) {

  public EndpointSpec {
    linkLocal = List.copyOf(linkLocal);
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
  }
}
