package io.gantry.container.record;

/**
 * openEuler: a directory in memory that host and container share.
 *
 * @param pathOnHost absolute
 * @param pathInContainer absolute
 * @param permissions rw or ro
 * @param size bytes
 */
public record HostChannel(
    String pathOnHost, String pathInContainer, String permissions, long size) {

  public HostChannel {
    pathOnHost = Lists.of(pathOnHost);
    pathInContainer = Lists.of(pathInContainer);
    permissions = Lists.of(permissions);
  }
}
