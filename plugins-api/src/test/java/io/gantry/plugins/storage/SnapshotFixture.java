package io.gantry.plugins.storage;

import io.gantry.plugins.DriverContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What the conformance suite needs from those who run it: the driver under test, and a way to
 * mount.
 */
public interface SnapshotFixture {

  /** Opens the driver. The suite closes it, and opens it again on the same context. */
  StorageDriver open(DriverContext context, Map<String, String> options);

  /**
   * Where the driver keeps its data during one test: the path of an existing, empty directory on a
   * file system the driver supports, other than tmpfs if it can be.
   */
  Path dataDirectory(Path scratch) throws IOException;

  void mount(List<MountSpec> mounts, Path target) throws IOException;

  void unmount(Path target) throws IOException;
}
