package io.gantry.plugins.volume;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A volume.
 *
 * @param mountpoint where it is, or will be when mounted; empty while the driver does not know
 * @param options it was made with
 * @param status what else the driver has to say (API {@code Volume.Status})
 */
public record VolumeInfo(
    String name,
    Optional<Path> mountpoint,
    Map<String, String> options,
    Map<String, String> status) {

  public VolumeInfo {
    options = Map.copyOf(options);
    status = Map.copyOf(status);
  }
}
