package io.gantry.network;

import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.network.Passage;
import io.gantry.plugins.network.PublishedPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The network of a running container; immutable.
 *
 * @param containerId whose it is
 * @param containerName at the time it started or was renamed
 * @param hostname the container's own name
 * @param netns the namespace's file for the OCI spec; empty for host networking: then the spec has
 *     no network namespace
 * @param endpoints in the order in which they were joined: {@code eth0} first
 * @param ports that are open
 * @param passages what it may reach of others on the default bridge, by its links, where that keeps
 *     containers apart
 * @param resolver what is served at 127.0.0.11 in the namespace; empty on the default bridge, host
 *     and none
 */
public record LiveNetworking(
    String containerId,
    String containerName,
    String hostname,
    Optional<Path> netns,
    List<Endpoint> endpoints,
    List<PublishedPort> ports,
    List<Passage> passages,
    Optional<Resolver> resolver) {

  public LiveNetworking {
    endpoints = List.copyOf(endpoints);
    ports = List.copyOf(ports);
    passages = passages == null ? List.of() : List.copyOf(passages);
  }

  /**
   * One connection.
   *
   * @param networkName of the network
   * @param settings what was asked for
   * @param attachment what it got
   * @param dnsNames the names it has in the network's DNS
   */
  public record Endpoint(
      String networkName, EndpointSettings settings, Attachment attachment, List<String> dnsNames) {

    public Endpoint {
      dnsNames = List.copyOf(dnsNames);
    }
  }

  /**
   * The embedded DNS server of a container.
   *
   * @param upstreams where names of the world are asked for
   * @param links more names for other containers
   */
  public record Resolver(List<String> upstreams, List<ContainerNetworking.Link> links) {

    public Resolver {
      upstreams = List.copyOf(upstreams);
      links = List.copyOf(links);
    }
  }

  LiveNetworking with(List<Passage> permitted) {
    return new LiveNetworking(
        containerId, containerName, hostname, netns, endpoints, ports, permitted, resolver);
  }

  /** The connection to a network. */
  public Optional<Endpoint> endpoint(String networkId) {
    return endpoints.stream().filter(e -> e.attachment().networkId().equals(networkId)).findFirst();
  }
}
