package io.gantry.volume;

import io.gantry.driver.Drivers;
import io.gantry.error.EngineException;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.volume.VolumeCapacity;
import io.gantry.plugins.volume.VolumeDriver;
import io.gantry.plugins.volume.VolumeDriverFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The built-in driver and those of plugins by name, and what they say in the engine's terms. */
final class VolumeDrivers {

  private static final Logger log = LoggerFactory.getLogger(VolumeDrivers.class);

  private final LocalVolumes local;
  private final Drivers plugins;

  VolumeDrivers(LocalVolumes local, Drivers plugins) {
    this.local = local;
    this.plugins = plugins;
  }

  List<String> names() {
    return Stream.concat(
            Stream.of(VolumeService.LOCAL), plugins.names(VolumeDriverFactory.class).stream())
        .distinct()
        .toList();
  }

  /**
   * @throws DriverException NOT_FOUND, in Docker's words
   */
  VolumeDriver get(String name) {
    if (name.equals(VolumeService.LOCAL)) {
      return local;
    }
    if (!plugins.names(VolumeDriverFactory.class).contains(name)) {
      throw new DriverException(
          DriverException.Kind.NOT_FOUND,
          "error looking up volume plugin %s: plugin \"%s\" not found".formatted(name, name));
    }
    return plugins.open(VolumeDriverFactory.class, name, Map.of());
  }

  /** Where a volume is or will be; empty while its driver does not know. */
  static String mountpoint(VolumeDriver driver, String name) {
    return driver.find(name).flatMap(info -> info.mountpoint()).map(Path::toString).orElse("");
  }

  /** What a volume takes in bytes; -1 when its driver cannot say. */
  long size(Volume volume) {
    try {
      return get(volume.driver()).capacity(volume.name()).map(VolumeCapacity::used).orElse(-1L);
    } catch (DriverException e) {
      log.debug("Size of volume {}", volume.name(), e);
      return -1;
    }
  }

  /**
   * Calls a driver.
   *
   * @param action what a failure begins with
   */
  static <T> T call(String action, Supplier<T> call) {
    try {
      return call.get();
    } catch (DriverException e) {
      throw EngineException.of(action + ": ", e);
    }
  }
}
