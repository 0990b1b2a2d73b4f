package io.gantry.image.layer;

import io.gantry.layers.LayerDiff;
import io.gantry.layers.LayerTarget;
import io.gantry.plugins.storage.Change;
import io.gantry.plugins.storage.StorageDriver;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What an active snapshot has changed, as a layer's tar. */
final class SnapshotDiff {

  private static final int BUFFERS = 8;

  private final StorageDriver driver;
  private final Path mountPoints;

  SnapshotDiff(StorageDriver driver, Path mountPoints) {
    this.driver = driver;
    this.mountPoints = mountPoints;
  }

  /**
   * The tar, written by a thread of its own while it is read; closing it waits until that is done
   * with the snapshot.
   *
   * @param changes what goes into it; absent means all there is in a snapshot without a parent
   */
  InputStream open(String key, Optional<List<Change>> changes) {
    return ChunkPipe.writtenBy("layer-diff", BUFFERS, out -> write(key, changes, out));
  }

  private void write(String key, Optional<List<Change>> changes, OutputStream out)
      throws IOException {
    try (LayerFiles files = LayerFiles.active(driver, key, mountPoints)) {
      List<Change> wanted = changes.isPresent() ? changes.get() : all(files.target());
      LayerDiff.writeTar(files.directory(), wanted, out);
    }
  }

  private static List<Change> all(LayerTarget target) throws IOException {
    return target instanceof LayerTarget.Overlay overlay
        ? LayerDiff.changes(overlay)
        : LayerDiff.changes(target.directory());
  }
}
