package io.gantry.overlay2;

import io.gantry.linux.mount.Mounts;
import io.gantry.plugins.DriverContext;
import io.gantry.plugins.storage.MountSpec;
import io.gantry.plugins.storage.StorageDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What the tests of this driver do with it. */
final class Snapshots {

  private Snapshots() {}

  static StorageDriver open(Path data, Map<String, String> options) {
    return new Overlay2Factory().open(new DriverContext(data, data), options);
  }

  static StorageDriver open(Path data) {
    return open(data, Map.of());
  }

  /** Writes a file into an active snapshot through its mount. */
  static void write(StorageDriver driver, String key, Path scratch, String name, String text)
      throws IOException {
    Path target = Files.createTempDirectory(scratch, "mnt");
    mount(driver.mounts(key), target);
    try {
      Files.writeString(target.resolve(name), text);
    } finally {
      Mounts.unmount(target);
      Files.delete(target);
    }
  }

  static void mount(List<MountSpec> mounts, Path target) throws IOException {
    for (MountSpec mount : mounts) {
      Mounts.mount(mount.type(), mount.source(), target, mount.options());
    }
  }
}
