package io.gantry.container;

import io.gantry.store.Durability;
import io.gantry.store.RecordJson;
import io.gantry.store.Store;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The containers' rows in the database. What users were told is durable; states are written behind,
 * in order.
 */
final class ContainerStore {

  private final Store store;

  ContainerStore(Store store) {
    this.store = store;
  }

  /** Durable when it returns. */
  void insert(Container container) {
    String json = RecordJson.write(container);
    store.write(
        Durability.HOST,
        connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement(
                  "INSERT INTO container (id, name, record) VALUES (?, ?, ?)")) {
            insert.setString(1, container.id());
            insert.setString(2, container.name());
            insert.setString(3, json);
            return insert.executeUpdate();
          }
        });
  }

  /** Written in order, not waited for: what the kernel can tell again after a crash. */
  CompletableFuture<Integer> updateLater(Container container) {
    return update(Durability.PROCESS, container);
  }

  /** Durable when it returns: name, limits, networks, restart policy. */
  void update(Container container) {
    update(Durability.HOST, container).join();
  }

  private CompletableFuture<Integer> update(Durability durability, Container container) {
    return store.submit(
        durability,
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "UPDATE container SET name = ?, record = ? WHERE id = ?")) {
            update.setString(1, container.name());
            update.setString(2, RecordJson.write(container));
            update.setString(3, container.id());
            return update.executeUpdate();
          }
        });
  }

  /** Durable when it returns. */
  void delete(String id) {
    store.write(
        Durability.HOST,
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement("DELETE FROM container WHERE id = ?")) {
            delete.setString(1, id);
            return delete.executeUpdate();
          }
        });
  }

  List<Container> all() {
    return store.read(
        connection -> {
          List<Container> all = new ArrayList<>();
          try (PreparedStatement select =
                  connection.prepareStatement("SELECT record FROM container");
              ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              all.add(RecordJson.read(rows.getString(1), Container.class));
            }
          }
          return all;
        });
  }
}
