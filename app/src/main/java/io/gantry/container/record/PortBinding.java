package io.gantry.container.record;

/**
 * Where a container's port is published on the host (API v1.51, definitions/PortBinding).
 *
 * @param hostIp empty means all addresses
 * @param hostPort a number, a range {@code 8000-8010}, or empty for a free one
 */
public record PortBinding(String hostIp, String hostPort) {

  public PortBinding {
    hostIp = Lists.of(hostIp);
    hostPort = Lists.of(hostPort);
  }
}
