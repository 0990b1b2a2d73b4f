package io.gantry.plugins.network;

import java.net.InetAddress;
import java.util.Optional;

/**
 * What an endpoint got when it was joined; enough to find its parts in the kernel again.
 *
 * @param endpointId the endpoint's id
 * @param networkId the network's id
 * @param containerId the container's id
 * @param hostInterface the host's end; empty when there is none
 * @param interfaceName the container's end; empty when there is none
 * @param mac the container's hardware address in colon notation; empty when there is none
 * @param ipv4 the container's address with the subnet's length
 * @param ipv6 likewise
 * @param gateway4 the router in the subnet; empty on a network without a way out
 * @param gateway6 likewise
 */
public record Attachment(
    String endpointId,
    String networkId,
    String containerId,
    String hostInterface,
    String interfaceName,
    String mac,
    Optional<Prefix> ipv4,
    Optional<Prefix> ipv6,
    Optional<InetAddress> gateway4,
    Optional<InetAddress> gateway6) {

  /** Of a driver that gives no interface. */
  public static Attachment none(EndpointSpec endpoint) {
    return new Attachment(
        endpoint.id(),
        endpoint.networkId(),
        endpoint.containerId(),
        "",
        "",
        "",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
