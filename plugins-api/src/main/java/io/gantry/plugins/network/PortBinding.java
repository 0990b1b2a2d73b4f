package io.gantry.plugins.network;

import java.net.InetAddress;
import java.util.Optional;

/**
 * A wish to publish one port of a container.
 *
 * @param containerPort 1 to 65535
 * @param protocol of the port
 * @param hostAddress where to listen; empty means the network's default address, usually all
 *     addresses of both families
 * @param firstHostPort the first acceptable host port; 0 takes any free one
 * @param lastHostPort the last acceptable host port, not below the first; 0 with a first of 0
 */
public record PortBinding(
    int containerPort,
    Protocol protocol,
    Optional<InetAddress> hostAddress,
    int firstHostPort,
    int lastHostPort) {

  public PortBinding {
    boolean any = firstHostPort == 0 && lastHostPort == 0;
    boolean range = 1 <= firstHostPort && firstHostPort <= lastHostPort && lastHostPort <= 65535;
    if (containerPort < 1 || containerPort > 65535 || !(any || range)) {
      throw new IllegalArgumentException(
          "invalid port: " + firstHostPort + "-" + lastHostPort + " to " + containerPort);
    }
  }
}
