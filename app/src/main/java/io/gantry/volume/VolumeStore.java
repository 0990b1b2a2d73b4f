package io.gantry.volume;

import io.gantry.store.Durability;
import io.gantry.store.RecordTable;
import io.gantry.store.RecordTable.Column;
import io.gantry.store.Store;
import java.util.List;

/** The volumes' rows in the database. */
final class VolumeStore {

  /**
   * A row.
   *
   * @param removing the volume is being removed: what is left of it goes at the next start
   */
  record Row(Volume volume, boolean removing) {}

  private static final RecordTable<Row> VOLUMES =
      new RecordTable<>("volume", Row.class, new Column<>("name", row -> row.volume().name()));

  private final Store store;

  VolumeStore(Store store) {
    this.store = store;
  }

  void insert(Volume volume, Durability durability) {
    store.write(durability, VOLUMES.insert(new Row(volume, false)));
  }

  /** Durable when it returns. */
  void update(Volume volume) {
    store.write(Durability.HOST, VOLUMES.update(new Row(volume, false)));
  }

  /** In order, not waited for. */
  void updateLater(Volume volume) {
    var _ = store.submit(Durability.PROCESS, VOLUMES.update(new Row(volume, false)));
  }

  /** Durable when it returns: from here on the volume goes, whatever happens. */
  void markRemoving(Volume volume) {
    store.write(Durability.HOST, VOLUMES.update(new Row(volume, true)));
  }

  /** Needs no sync: a row that comes back is one of {@link #markRemoving}. */
  void delete(String name) {
    store.write(Durability.PROCESS, VOLUMES.delete(name));
  }

  List<Row> all() {
    return store.read(VOLUMES::all);
  }
}
