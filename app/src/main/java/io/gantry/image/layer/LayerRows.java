package io.gantry.image.layer;

import io.gantry.linux.Kernel;
import io.gantry.store.Durability;
import io.gantry.store.Store;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The layers' rows in the database. */
final class LayerRows {

  /**
   * A row. One that was written during an earlier boot and never confirmed is worth nothing: its
   * files may not have reached the disk.
   *
   * @param trusted whether the files are whole
   * @param durable whether they are on the disk for certain
   */
  record Row(Layer layer, boolean trusted, boolean durable) {}

  /** A row of what is known of registries. */
  record BlobRow(String diffId, LayerBlob blob) {}

  private final Store store;
  private final String boot = Kernel.bootId();

  LayerRows(Store store) {
    this.store = store;
  }

  List<Row> all() {
    return store.read(
        connection -> {
          List<Row> rows = new ArrayList<>();
          try (Statement statement = connection.createStatement();
              ResultSet found =
                  statement.executeQuery(
                      "SELECT chain_id, diff_id, parent, size, tar_size, boot FROM layer")) {
            while (found.next()) {
              String written = found.getString(6);
              rows.add(
                  new Row(
                      new Layer(
                          found.getString(1),
                          found.getString(2),
                          Optional.ofNullable(found.getString(3)),
                          found.getLong(4),
                          found.getLong(5)),
                      written == null || written.equals(boot),
                      written == null));
            }
          }
          return rows;
        });
  }

  void insert(Layer layer) {
    store.write(
        Durability.PROCESS,
        connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "MERGE INTO layer (chain_id, diff_id, parent, size, tar_size, boot) KEY"
                      + " (chain_id) VALUES (?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, layer.chainId());
            insert.setString(2, layer.diffId());
            insert.setString(3, layer.parent().orElse(null));
            insert.setLong(4, layer.size());
            insert.setLong(5, layer.tarSize());
            insert.setString(6, boot);
            return insert.executeUpdate();
          }
        });
  }

  /** In a transaction of the caller's: the layers' files are on the disk. */
  static void confirm(Connection connection, List<String> chainIds) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE layer SET boot = NULL WHERE chain_id = ?")) {
      for (String chainId : chainIds) {
        update.setString(1, chainId);
        update.addBatch();
      }
      update.executeBatch();
    }
  }

  /** In a transaction of the caller's. */
  static void delete(Connection connection, List<Layer> layers) throws SQLException {
    try (PreparedStatement delete =
            connection.prepareStatement("DELETE FROM layer WHERE chain_id = ?");
        PreparedStatement forget =
            connection.prepareStatement(
                "DELETE FROM layer_blob WHERE diff_id = ? AND NOT EXISTS (SELECT 1 FROM layer WHERE"
                    + " diff_id = ?)")) {
      for (Layer layer : layers) {
        delete.setString(1, layer.chainId());
        delete.executeUpdate();
        forget.setString(1, layer.diffId());
        forget.setString(2, layer.diffId());
        forget.executeUpdate();
      }
    }
  }

  /** In a transaction of its own. */
  void deleteNow(List<Layer> layers) {
    store.write(
        Durability.PROCESS,
        connection -> {
          delete(connection, layers);
          return true;
        });
  }

  List<BlobRow> blobs() {
    return store.read(
        connection -> {
          List<BlobRow> rows = new ArrayList<>();
          try (Statement statement = connection.createStatement();
              ResultSet found =
                  statement.executeQuery(
                      "SELECT diff_id, digest, repository, size, media_type FROM layer_blob")) {
            while (found.next()) {
              rows.add(
                  new BlobRow(
                      found.getString(1),
                      new LayerBlob(
                          found.getString(2),
                          found.getString(3),
                          found.getLong(4),
                          found.getString(5))));
            }
          }
          return rows;
        });
  }

  void remember(String diffId, LayerBlob blob) {
    store.submit(
        Durability.PROCESS,
        connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "MERGE INTO layer_blob (diff_id, digest, repository, size, media_type) KEY"
                      + " (diff_id, digest, repository) VALUES (?, ?, ?, ?, ?)")) {
            insert.setString(1, diffId);
            insert.setString(2, blob.digest());
            insert.setString(3, blob.repository());
            insert.setLong(4, blob.size());
            insert.setString(5, blob.mediaType());
            return insert.executeUpdate();
          }
        });
  }

  void forget(String diffId, LayerBlob blob) {
    store.submit(
        Durability.PROCESS,
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement(
                  "DELETE FROM layer_blob WHERE diff_id = ? AND digest = ? AND repository = ?")) {
            delete.setString(1, diffId);
            delete.setString(2, blob.digest());
            delete.setString(3, blob.repository());
            return delete.executeUpdate();
          }
        });
  }
}
