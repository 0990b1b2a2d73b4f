package io.gantry.image.layer;

import io.gantry.linux.file.Directory;
import io.gantry.plugins.storage.StorageDriver;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.UUID;

/**
 * A layer's tar, made from its record and a view of its snapshot, which goes when the stream is
 * closed.
 */
final class LayerTar extends FilterInputStream {

  private static final int BUFFERS = 8;
  private static final int COPY = 128 * 1024;

  private final StorageDriver driver;
  private final String view;
  private final LayerFiles files;
  private final Directory root;

  private LayerTar(
      InputStream replay, StorageDriver driver, String view, LayerFiles files, Directory root) {
    super(replay);
    this.driver = driver;
    this.view = view;
    this.files = files;
    this.root = root;
  }

  static LayerTar open(StorageDriver driver, LayerRecords records, Layer layer, Path mountPoints)
      throws IOException {
    String view = LayerUnpacker.PREFIX + UUID.randomUUID();
    driver.view(view, layer.snapshot());
    try {
      LayerFiles files = LayerFiles.topmost(driver, view, mountPoints);
      try {
        Directory root = Directory.open(files.directory());
        try {
          return new LayerTar(new TarReplay(records.open(layer), root), driver, view, files, root);
        } catch (IOException | RuntimeException e) {
          root.close();
          throw e;
        }
      } catch (IOException | RuntimeException e) {
        files.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      driver.remove(view);
      throw e;
    }
  }

  /** The same bytes, read ahead by a platform thread; closing it closes this one first. */
  InputStream piped() {
    return ChunkPipe.writtenBy(
        "layer-read",
        BUFFERS,
        out -> {
          try (this) {
            byte[] buffer = new byte[COPY];
            for (int n = read(buffer, 0, COPY); n >= 0; n = read(buffer, 0, COPY)) {
              out.write(buffer, 0, n);
            }
          }
        });
  }

  @Override
  public void close() throws IOException {
    try {
      super.close();
    } finally {
      root.close();
      try {
        files.close();
      } finally {
        driver.remove(view);
      }
    }
  }
}
