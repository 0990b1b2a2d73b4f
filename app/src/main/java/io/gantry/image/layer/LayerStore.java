package io.gantry.image.layer;

import io.gantry.error.EngineException;
import io.gantry.image.layer.LayerRows.Row;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.storage.Change;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The layers on this host. A layer is there once, whoever brought it: it is named by its chain id,
 * and whoever wants to apply it while somebody else does waits and takes that one. It stays as long
 * as an image, a layer above it, a container, or a pin needs it; layers of a pull that was cut off
 * stay until the next prune, so that the next attempt goes on. Safe for use by many threads.
 */
public final class LayerStore {

  private static final Logger log = LoggerFactory.getLogger(LayerStore.class);

  private final StorageDriver driver;
  private final Supplier<Set<String>> chainsInUse;
  private final LayerTable table = new LayerTable();
  private final ChainLocks locks = new ChainLocks();
  private final LayerRows rows;
  private final LayerRecords records;
  private final LayerUnpacker unpacker;
  private final KnownBlobs blobs;
  private final SnapshotDiff diff;
  private final Path mountPoints;

  /** Chain ids of layers a power cut could take. */
  private final Set<String> unsynced = ConcurrentHashMap.newKeySet();

  /**
   * @param directory for what is kept beside the snapshots, on the disk of the data root
   * @param runDirectory for mount points
   * @param chainsInUse the chain ids containers stand on; answered from memory
   */
  public LayerStore(
      Store store,
      StorageDriver driver,
      Path directory,
      Path runDirectory,
      Supplier<Set<String>> chainsInUse)
      throws IOException {
    this.driver = driver;
    this.chainsInUse = chainsInUse;
    this.rows = new LayerRows(store);
    this.records = new LayerRecords(directory.resolve("records"));
    this.mountPoints = Files.createDirectories(runDirectory);
    this.diff = new SnapshotDiff(driver, mountPoints);
    this.unpacker = new LayerUnpacker(driver, records, mountPoints, diff);
    this.blobs = new KnownBlobs(rows);
  }

  /** Reads the layers and removes what a crash left. At start, before anything else. */
  public void load() throws IOException {
    for (Row row : new LayerRecovery(driver, rows, records).run()) {
      table.add(row.layer(), 0);
      if (!row.durable()) {
        unsynced.add(row.layer().chainId());
      }
    }
    blobs.load();
  }

  public Optional<Layer> find(String chainId) {
    return table.find(chainId);
  }

  /** All layers, in no order. */
  public List<Layer> all() {
    return table.all();
  }

  /** The layers of a chain, lowest first; empty when one of them is missing. */
  public Optional<List<Layer>> stack(List<String> diffIds) {
    List<Layer> stack = new ArrayList<>(diffIds.size());
    for (String chainId : ChainIds.of(diffIds)) {
      Optional<Layer> layer = table.find(chainId);
      if (layer.isEmpty()) {
        return Optional.empty();
      }
      stack.add(layer.get());
    }
    return Optional.of(stack);
  }

  /** A layer and all below it, lowest first. */
  public List<Layer> stack(Layer top) {
    List<Layer> stack = new ArrayList<>();
    Optional<Layer> at = Optional.of(top);
    while (at.isPresent()) {
      stack.add(at.get());
      at = at.get().parent().flatMap(table::find);
    }
    return stack.reversed();
  }

  public KnownBlobs blobs() {
    return blobs;
  }

  /** Keeps a layer; empty when it is not there. */
  public Optional<LayerPin> pin(String chainId) {
    return table.pin(chainId).map(Pin::new);
  }

  private final class Pin implements LayerPin {

    private final Layer layer;
    private boolean open = true;

    Pin(Layer layer) {
      this.layer = layer;
    }

    @Override
    public Layer layer() {
      return layer;
    }

    @Override
    public void close() {
      if (open) {
        open = false;
        discard(table.unpin(layer.chainId(), used()));
      }
    }
  }

  private Predicate<String> used() {
    return new Predicate<>() {
      private Optional<Set<String>> chains = Optional.empty();

      @Override
      public boolean test(String chainId) {
        if (chains.isEmpty()) {
          chains = Optional.of(chainsInUse.get());
        }
        return chains.get().contains(chainId);
      }
    };
  }

  /**
   * Applies a layer, unless it is there already.
   *
   * @param parent the layer below, pinned by the caller
   * @param diffId what the tar's digest must be, when that is known
   * @return the layer, pinned
   * @throws EngineException INVALID when the tar is broken or another one
   */
  public LayerPin apply(Optional<Layer> parent, Optional<String> diffId, LayerSource source) {
    Optional<String> below = parent.map(Layer::chainId);
    if (diffId.isEmpty()) {
      return register(unpacker.unpack(parent, diffId, source));
    }
    String chainId = ChainIds.next(below, diffId.get());
    try (ChainLocks.Held _ = locks.hold(chainId)) {
      Optional<LayerPin> there = pinOrWait(chainId);
      return there.isPresent()
          ? there.get()
          : registerHeld(unpacker.unpack(parent, diffId, source));
    }
  }

  /**
   * Makes a layer of what an active snapshot has changed. The snapshot stays.
   *
   * @param parent the layer the snapshot stands on, pinned by the caller
   * @param changes of the snapshot that go into the layer
   */
  public LayerPin applyChanges(Optional<Layer> parent, String snapshot, List<Change> changes) {
    return apply(parent, Optional.empty(), () -> diff.open(snapshot, Optional.of(changes)));
  }

  /** The layer if it is there; if it is being deleted, nothing once it is gone. */
  private Optional<LayerPin> pinOrWait(String chainId) {
    Optional<LayerPin> there = pin(chainId);
    if (there.isEmpty()) {
      table.gone(chainId).join();
      there = pin(chainId);
    }
    return there;
  }

  private LayerPin register(LayerUnpacker.Unpacked unpacked) {
    try (ChainLocks.Held _ = locks.hold(unpacked.layer().chainId())) {
      Optional<LayerPin> there = pinOrWait(unpacked.layer().chainId());
      if (there.isPresent()) {
        unpacker.discard(unpacked.key());
        return there.get();
      }
      return registerHeld(unpacked);
    }
  }

  private LayerPin registerHeld(LayerUnpacker.Unpacked unpacked) {
    Layer layer = unpacked.layer();
    try {
      records.keep(unpacked.key(), layer);
      removeSnapshotIfThere(layer.snapshot());
      driver.commit(layer.snapshot(), unpacked.key());
    } catch (IOException | DriverException e) {
      unpacker.discard(unpacked.key());
      records.delete(layer.snapshot());
      throw EngineException.system(
          "layer " + layer.diffId() + " was not kept: " + e.getMessage(), e);
    }
    FailPoint.hit("layer.committed");
    rows.insert(layer);
    unsynced.add(layer.chainId());
    table.add(layer, 1);
    return new Pin(layer);
  }

  private void removeSnapshot(String key) {
    try {
      driver.remove(key);
    } catch (DriverException e) {
      log.warn("Snapshot {} was left: {}", key, e.getMessage());
    }
  }

  private void removeSnapshotIfThere(String key) {
    if (driver.stat(key).isPresent()) {
      removeSnapshot(key);
    }
  }

  /**
   * Puts those of the layers that are not on the disk for certain there; {@link #confirm} then says
   * so in the database.
   */
  public void sync(List<Layer> layers) {
    List<Layer> loose =
        layers.stream().filter(layer -> unsynced.contains(layer.chainId())).toList();
    if (loose.isEmpty()) {
      return;
    }
    try {
      for (Layer layer : loose) {
        records.sync(layer);
      }
      records.syncNames();
      driver.sync();
    } catch (IOException e) {
      throw EngineException.system("layers were not written to the disk: " + e.getMessage(), e);
    }
  }

  /** In the transaction that commits the image whose layers were synced. */
  public void confirm(Connection connection, List<Layer> layers) throws SQLException {
    List<String> chains = layers.stream().map(Layer::chainId).filter(unsynced::contains).toList();
    LayerRows.confirm(connection, chains);
  }

  /** The transaction is on the disk. */
  public void confirmed(List<Layer> layers) {
    layers.forEach(layer -> unsynced.remove(layer.chainId()));
  }

  /**
   * An image stands on this layer. The layer is pinned by the caller, or the daemon is starting.
   */
  public void retain(String chainId) {
    table.retain(chainId);
  }

  /** Takes {@link #retain} back: the image was not written. The layer is pinned by the caller. */
  public void abandon(String chainId) {
    table.abandon(chainId);
  }

  /**
   * An image no longer stands on this layer.
   *
   * @return layers that go with it, top first: {@link #deleteRows} in the image's transaction, then
   *     {@link #delete}; or {@link #restore}
   */
  public List<Layer> release(String chainId) {
    return table.release(chainId, used());
  }

  public void deleteRows(Connection connection, List<Layer> layers) throws SQLException {
    LayerRows.delete(connection, layers);
  }

  /** Deletes the files of layers whose rows are deleted. */
  public void delete(List<Layer> layers) {
    FailPoint.hit("layer.delete");
    try {
      for (Layer layer : layers) {
        removeSnapshot(layer.snapshot());
        records.delete(layer.snapshot());
        unsynced.remove(layer.chainId());
        if (table.all().stream().noneMatch(other -> other.diffId().equals(layer.diffId()))) {
          blobs.forgetLayer(layer.diffId());
        }
      }
    } finally {
      table.deleted(layers); // somebody may wait for that
    }
  }

  /** The transaction was not written: the layers stay, and the image on top with them. */
  public void restore(List<Layer> layers, String top) {
    table.restore(layers);
    table.retain(top);
  }

  /**
   * The images of the last run are retained: a layer that an image has stood on and none does any
   * more is there for a container, and goes with it; the last daemon may have ended before that.
   * Layers that no image has stood on yet are those of pulls that were cut off, and stay.
   */
  public void doomUnneeded() {
    table.doom(layer -> !unsynced.contains(layer.chainId()));
  }

  /**
   * The containers of the last run are known too: what the last daemon should have deleted goes.
   */
  public void collect() {
    discard(table.collectDoomed(used()));
  }

  /** A container that stood on the layer is gone. */
  public void released(String chainId) {
    discard(table.collect(chainId, used()));
  }

  /** Deletes every layer nothing needs. Returns the bytes of their files. */
  public long prune() {
    List<Layer> dead = table.collectAll(used());
    discard(dead);
    return dead.stream().mapToLong(Layer::size).sum();
  }

  private void discard(List<Layer> dead) {
    if (!dead.isEmpty()) {
      try {
        rows.deleteNow(dead);
      } catch (RuntimeException e) {
        table.restore(dead);
        throw e;
      }
      delete(dead);
    }
  }

  /**
   * The layer's tar, to the byte. Its digest is not checked. The layer must stay pinned until the
   * stream is closed.
   */
  public InputStream tar(Layer layer) throws IOException {
    return LayerTar.open(driver, records, layer, mountPoints).piped();
  }

  /** What the driver tells of a layer's snapshot. */
  public Map<String, String> details(Layer layer) {
    return driver.details(layer.snapshot());
  }
}
