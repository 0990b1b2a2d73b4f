package io.gantry.overlay2;

import io.gantry.linux.mount.Mounts;
import io.gantry.plugins.DriverContext;
import io.gantry.plugins.storage.MountSpec;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.plugins.storage.StorageDriverConformance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The contract of storage drivers, on this machine's kernel and file system. */
class Overlay2ConformanceTest extends StorageDriverConformance {

  @Override
  public StorageDriver open(DriverContext context, Map<String, String> options) {
    return new Overlay2Factory().open(context, options);
  }

  @Override
  public Path dataDirectory(Path scratch) throws IOException {
    return Files.createDirectory(scratch.resolve("overlay2"));
  }

  @Override
  public void mount(List<MountSpec> mounts, Path target) throws IOException {
    for (MountSpec mount : mounts) {
      Mounts.mount(mount.type(), mount.source(), target, mount.options());
    }
  }

  @Override
  public void unmount(Path target) throws IOException {
    Mounts.unmount(target);
  }
}
