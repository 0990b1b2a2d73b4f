package io.gantry.plugins.network;

import java.util.List;

/** A network as it should be in the kernel, with the endpoints that are joined to it now. */
public record NetworkState(NetworkSpec network, List<EndpointState> endpoints) {

  public NetworkState {
    endpoints = List.copyOf(endpoints);
  }

  /**
   * A joined endpoint.
   *
   * @param attachment what {@link NetworkDriver#join} returned
   * @param ports what {@link NetworkDriver#publish} returned; empty when nothing is published
   * @param passages what {@link NetworkDriver#permit} was last told
   */
  public record EndpointState(
      Attachment attachment, List<PublishedPort> ports, List<Passage> passages) {

    public EndpointState {
      ports = List.copyOf(ports);
      passages = List.copyOf(passages);
    }
  }
}
