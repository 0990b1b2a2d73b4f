package io.gantry.volume;

import io.gantry.store.Durability;
import io.gantry.store.RecordJson;
import io.gantry.store.Store;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;

/** The volumes' rows in the database. */
final class VolumeStore {

  /**
   * A row.
   *
   * @param removing the volume is being removed: what is left of it goes at the next start
   */
  record Row(Volume volume, boolean removing) {}

  private final Store store;

  VolumeStore(Store store) {
    this.store = store;
  }

  void insert(Volume volume, Durability durability) {
    String json = RecordJson.write(new Row(volume, false));
    store.write(
        durability,
        connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement("INSERT INTO volume (name, record) VALUES (?, ?)")) {
            insert.setString(1, volume.name());
            insert.setString(2, json);
            return insert.executeUpdate();
          }
        });
  }

  /** In order, not waited for. */
  void updateLater(Volume volume) {
    var _ = store.submit(Durability.PROCESS, update(new Row(volume, false)));
  }

  /** Durable when it returns: from here on the volume goes, whatever happens. */
  void markRemoving(Volume volume) {
    store.write(Durability.HOST, update(new Row(volume, true)));
  }

  private static Store.Work<Integer> update(Row row) {
    String json = RecordJson.write(row);
    return connection -> {
      try (PreparedStatement update =
          connection.prepareStatement("UPDATE volume SET record = ? WHERE name = ?")) {
        update.setString(1, json);
        update.setString(2, row.volume().name());
        return update.executeUpdate();
      }
    };
  }

  /** Needs no sync: a row that comes back is one of {@link #markRemoving}. */
  void delete(String name) {
    store.write(
        Durability.PROCESS,
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement("DELETE FROM volume WHERE name = ?")) {
            delete.setString(1, name);
            return delete.executeUpdate();
          }
        });
  }

  List<Row> all() {
    return store.read(
        connection -> {
          List<Row> all = new ArrayList<>();
          try (PreparedStatement select =
                  connection.prepareStatement("SELECT record FROM volume ORDER BY name");
              ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              all.add(RecordJson.read(rows.getString(1), Row.class));
            }
          }
          return all;
        });
  }
}
