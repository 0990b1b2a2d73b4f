package io.gantry.volume;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A volume; immutable (API v1.51, definitions/Volume).
 *
 * @param name unique among the volumes of all drivers
 * @param driver its driver's name, {@code local} for the built-in one
 * @param created when it was made
 * @param mountpoint where its content is, or will be while a container uses it; empty while its
 *     driver does not know
 * @param labels null where none were given, as {@code inspect} shows
 * @param options the driver's options; null where none were given
 * @param scope {@code local} or {@code global}
 * @param madeFor the container that was being created when this volume was made for it, until that
 *     container is recorded; null otherwise
 * @param filling its first content is being copied from an image; what is in it is not whole
 */
public record Volume(
    String name,
    String driver,
    Instant created,
    String mountpoint,
    @Nullable Map<String, String> labels,
    @Nullable Map<String, String> options,
    String scope,
    @Nullable String madeFor,
    boolean filling) {

  /**
   * Marks volumes without a name of the user's ({@code docker volume prune} removes only these by
   * default).
   */
  public static final String ANONYMOUS_LABEL = "com.docker.volume.anonymous";

  public Volume {
    labels = sorted(labels);
    options = sorted(options);
  }

  /** By name, as Docker shows them. */
  private static @Nullable Map<String, String> sorted(@Nullable Map<String, String> map) {
    return map == null ? null : Collections.unmodifiableMap(new TreeMap<>(map));
  }

  /** Whether it was made without a name. */
  public boolean anonymous() {
    return labels != null && labels.containsKey(ANONYMOUS_LABEL);
  }

  Volume settled() {
    return new Volume(name, driver, created, mountpoint, labels, options, scope, null, filling);
  }

  Volume filling(boolean now) {
    return new Volume(name, driver, created, mountpoint, labels, options, scope, madeFor, now);
  }
}
