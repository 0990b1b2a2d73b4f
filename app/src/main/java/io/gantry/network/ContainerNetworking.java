package io.gantry.network;

import io.gantry.plugins.network.PortBinding;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a container that is about to start needs of the network.
 *
 * @param containerId full id
 * @param containerName without slash
 * @param mode network mode: {@code bridge}, {@code default}, {@code host}, {@code none}, or a
 *     network. Not {@code container:...}: such a container has the other's sandbox and none of its
 *     own
 * @param networks what is asked for, by the network's name or id
 * @param ports what to publish
 * @param hostname the container's own name
 * @param domainname its domain; may be empty
 * @param extraHosts {@code name:address}, {@code host-gateway} allowed for the address
 * @param dns servers instead of the host's
 * @param dnsSearch likewise
 * @param dnsOptions likewise
 * @param links of the default bridge: alias by other container's id
 */
public record ContainerNetworking(
    String containerId,
    String containerName,
    String mode,
    Map<String, EndpointSettings> networks,
    List<PortBinding> ports,
    String hostname,
    String domainname,
    List<String> extraHosts,
    List<String> dns,
    List<String> dnsSearch,
    List<String> dnsOptions,
    List<Link> links) {

  /** Another container under more names ({@code --link other:alias}). */
  public record Link(String containerId, String containerName, String alias) {}

  public ContainerNetworking {
    networks = Collections.unmodifiableMap(new LinkedHashMap<>(networks));
    ports = List.copyOf(ports);
    extraHosts = List.copyOf(extraHosts);
    dns = List.copyOf(dns);
    dnsSearch = List.copyOf(dnsSearch);
    dnsOptions = List.copyOf(dnsOptions);
    links = List.copyOf(links);
  }
}
