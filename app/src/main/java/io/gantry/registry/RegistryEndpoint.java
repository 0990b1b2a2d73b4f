package io.gantry.registry;

import java.net.URI;

/**
 * One address a registry may answer at.
 *
 * @param base scheme, host and port, without a path
 * @param verified whether its certificate is checked; false for insecure registries
 * @param mirror whether it is a mirror of Docker Hub: asked without the user's credentials
 */
public record RegistryEndpoint(URI base, boolean verified, boolean mirror) {

  /** The address of a path that begins with a slash. */
  URI at(String path) {
    return URI.create(base + path);
  }
}
