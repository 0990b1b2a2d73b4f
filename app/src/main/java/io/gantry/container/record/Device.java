package io.gantry.container.record;

/**
 * A host device given to a container (API v1.51, definitions/DeviceMapping).
 *
 * @param pathOnHost absolute
 * @param pathInContainer absolute; empty is the same
 * @param cgroupPermissions of {@code rwm}; empty is all
 */
public record Device(String pathOnHost, String pathInContainer, String cgroupPermissions) {

  public Device {
    pathOnHost = Lists.of(pathOnHost);
    pathInContainer = Lists.of(pathInContainer);
    cgroupPermissions = Lists.of(cgroupPermissions);
  }
}
