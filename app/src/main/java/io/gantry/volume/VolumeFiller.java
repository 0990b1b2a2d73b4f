package io.gantry.volume;

import io.gantry.error.EngineException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.DirectoryEntry;
import io.gantry.plugins.FailPoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * The first content of volumes. That it is being copied is durable before the first file is there,
 * and all of it, and that it is whole, before the container runs: what containers have written is
 * never taken for half a copy. Callers hold the volume's lock.
 */
public final class VolumeFiller {

  /** What an empty volume gets. */
  @FunctionalInterface
  public interface Content {
    void copyTo(Directory target) throws IOException;
  }

  private VolumeFiller() {}

  /** Fills an empty volume; after a failure it is empty again. */
  static void fill(
      VolumeStore store,
      VolumeEntry entry,
      Volume volume,
      String container,
      Path data,
      Content content) {
    try (Directory target = Directory.open(data)) {
      if (!target.list().isEmpty()) {
        return;
      }
      if (!entry.users.equals(Set.of(container))) {
        // somebody may write to it meanwhile, and his files must not go with half a copy
        content.copyTo(target);
        return;
      }
      Volume filling = volume.filling(true);
      store.update(filling);
      entry.volume = filling;
      try {
        content.copyTo(target);
        target.fd().syncFileSystem();
        FailPoint.hit("volume.filled");
      } catch (IOException | RuntimeException e) {
        empty(target);
        settle(store, entry, volume);
        throw e;
      }
      settle(store, entry, volume);
    } catch (IOException e) {
      throw EngineException.system(
          "cannot copy to volume %s: %s".formatted(volume.name(), e.getMessage()), e);
    }
  }

  /** Throws away what a copy that was cut off has left. */
  static void discardHalf(VolumeStore store, VolumeEntry entry, Volume volume, Path data) {
    if (!volume.filling()) {
      return;
    }
    try (Directory target = Directory.open(data)) {
      empty(target);
    } catch (IOException e) {
      throw EngineException.system(
          "cannot empty volume %s: %s".formatted(volume.name(), e.getMessage()), e);
    }
    settle(store, entry, volume.filling(false));
  }

  private static void settle(VolumeStore store, VolumeEntry entry, Volume volume) {
    store.update(volume);
    entry.volume = volume;
  }

  private static void empty(Directory target) throws IOException {
    for (DirectoryEntry entry : target.list()) {
      target.deleteTree(entry.name());
    }
  }
}
