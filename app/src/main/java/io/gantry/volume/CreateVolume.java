package io.gantry.volume;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request to make a volume ({@code POST /volumes/create}).
 *
 * @param name empty: an anonymous volume with a made-up name
 * @param driver empty: the driver of an existing volume of the name, else {@code local}
 * @param options the driver's, null when the client sent none
 * @param labels null when the client sent none
 * @param container the id of the container being created that needs it; the volume is then removed
 *     at the next start of the daemon unless {@link VolumeService#settle} was called for it
 */
public record CreateVolume(
    String name,
    String driver,
    @Nullable Map<String, String> options,
    @Nullable Map<String, String> labels,
    Optional<String> container) {

  /** A volume by name with nothing special about it. */
  public static CreateVolume named(String name) {
    return new CreateVolume(name, "", null, null, Optional.empty());
  }
}
