package io.gantry.image.layer;

import io.gantry.error.EngineException;
import io.gantry.layers.AppliedLayer;
import io.gantry.layers.HashingStream;
import io.gantry.layers.LayerApplier;
import io.gantry.layers.LayerLimits;
import io.gantry.layers.LayerStream;
import io.gantry.layers.tar.TarEntry;
import io.gantry.layers.tar.TarFormatException;
import io.gantry.layers.tar.TarLimits;
import io.gantry.layers.tar.TarReader;
import io.gantry.linux.PlatformThread;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.storage.StorageDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a layer's blob into a snapshot that is ready to be committed, and the record of its tar.
 * Leaves nothing when it fails.
 */
final class LayerUnpacker {

  /**
   * Of all snapshots that are being filled or looked at; the next start removes what is left of
   * them.
   */
  static final String PREFIX = "image-work-";

  /**
   * A layer that is not kept yet.
   *
   * @param key of its active snapshot and its record
   * @param layer what it will be
   */
  record Unpacked(String key, Layer layer) {}

  private static final Logger log = LoggerFactory.getLogger(LayerUnpacker.class);

  private final StorageDriver driver;
  private final LayerRecords records;
  private final Path mountPoints;
  private final SnapshotDiff diff;

  LayerUnpacker(StorageDriver driver, LayerRecords records, Path mountPoints, SnapshotDiff diff) {
    this.diff = diff;
    this.driver = driver;
    this.records = records;
    this.mountPoints = mountPoints;
  }

  Unpacked unpack(Optional<Layer> parent, Optional<String> diffId, LayerSource source) {
    String key = PREFIX + UUID.randomUUID();
    try {
      return PlatformThread.call("layer-apply", () -> unpack(key, parent, diffId, source));
    } catch (TarFormatException e) {
      discard(key);
      throw new EngineException(EngineException.Kind.INVALID, String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      discard(key);
      throw e;
    } catch (Exception e) {
      discard(key);
      if (e.getCause() instanceof EngineException cause) {
        throw cause;
      }
      throw EngineException.system("failed to register layer: " + e.getMessage(), e);
    }
  }

  private Unpacked unpack(
      String key, Optional<Layer> parent, Optional<String> diffId, LayerSource source)
      throws IOException {
    driver.prepare(key, parent.map(Layer::snapshot).orElse(StorageDriver.NO_PARENT), Map.of());
    FailPoint.hit("layer.prepared");
    Layer layer;
    boolean lost;
    try (LayerFiles files = LayerFiles.active(driver, key, mountPoints);
        LayerStream tar = LayerStream.open(source.open());
        TarRecorder recorder = new TarRecorder(records.create(key))) {
      AppliedLayer applied = LayerApplier.apply(tar, files.target(), LayerLimits.DEFAULT, recorder);
      recorder.finish();
      String found = tar.diffId();
      if (diffId.isPresent() && !diffId.get().equals(found)) {
        throw EngineException.invalid(
            "filesystem layer verification failed: expected " + diffId.get() + ", got " + found);
      }
      lost = recorder.lostContent();
      Optional<String> below = parent.map(Layer::chainId);
      layer =
          new Layer(ChainIds.next(below, found), found, below, applied.contentBytes(), tar.size());
    }
    if (lost && diffId.isPresent()) {
      recordVerbatim(key, layer, source);
    } else if (lost) {
      layer = archiveAgain(key, parent);
    }
    FailPoint.hit("layer.applied");
    return new Unpacked(key, layer);
  }

  /**
   * For the rare tar that holds a file twice: its tree cannot make it again, so the record holds
   * all of it.
   */
  private void recordVerbatim(String key, Layer layer, LayerSource source) throws IOException {
    try (LayerStream tar = LayerStream.open(source.open());
        TarRecorder recorder = new TarRecorder(records.create(key))) {
      byte[] buffer = new byte[32 * 1024];
      for (int n = tar.read(buffer); n >= 0; n = tar.read(buffer)) {
        recorder.raw(buffer, 0, n);
      }
      recorder.finish();
      if (!tar.diffId().equals(layer.diffId())) {
        throw EngineException.system(
            "layer " + layer.diffId() + " changed while it was read", null);
      }
    }
  }

  /**
   * For a tar that holds a file twice and need not stay as it is: the layer is the tar of what came
   * out of it.
   */
  private Layer archiveAgain(String key, Optional<Layer> parent) throws IOException {
    long size = 0;
    try (HashingStream tar = new HashingStream(diff.open(key, Optional.empty()));
        TarRecorder recorder = new TarRecorder(records.create(key))) {
      TarReader reader = new TarReader(tar, TarLimits.DEFAULT, recorder);
      for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
        size += next.get().contentBytes();
      }
      recorder.finish();
      String diffId = tar.digest();
      Optional<String> below = parent.map(Layer::chainId);
      return new Layer(ChainIds.next(below, diffId), diffId, below, size, tar.count());
    }
  }

  /** Throws away what was unpacked. */
  void discard(String key) {
    try {
      driver.remove(key);
    } catch (DriverException e) {
      log.warn("Snapshot {} was left: {}", key, e.getMessage());
    }
    records.delete(key);
  }
}
