package io.gantry.network;

import io.gantry.store.Durability;
import io.gantry.store.Store;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The rows of networks, durable when a method returns, and of what running containers have of them,
 * written behind.
 */
final class NetworkStore {

  /** Every component is written, also when it is empty. */
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private final Store store;

  NetworkStore(Store store) {
    this.store = store;
  }

  void put(Network network) {
    String json = JSON.writeValueAsString(network);
    store.write(
        Durability.HOST,
        connection -> {
          try (PreparedStatement merge =
              connection.prepareStatement(
                  "MERGE INTO network (id, name, record) KEY (id) VALUES (?, ?, ?)")) {
            merge.setString(1, network.id());
            merge.setString(2, network.name());
            merge.setString(3, json);
            return merge.executeUpdate();
          }
        });
  }

  void delete(String id) {
    store.write(
        Durability.HOST,
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement("DELETE FROM network WHERE id = ?")) {
            delete.setString(1, id);
            return delete.executeUpdate();
          }
        });
  }

  List<Network> networks() {
    return read("SELECT record FROM network", Network.class);
  }

  void putLater(LiveNetworking live) {
    var _ =
        store.submit(
            Durability.PROCESS,
            connection -> {
              try (PreparedStatement merge =
                  connection.prepareStatement(
                      "MERGE INTO live_networking (container_id, record) KEY (container_id) VALUES"
                          + " (?, ?)")) {
                merge.setString(1, live.containerId());
                merge.setString(2, JSON.writeValueAsString(live));
                return merge.executeUpdate();
              }
            });
  }

  void deleteLater(String containerId) {
    var _ =
        store.submit(
            Durability.PROCESS,
            connection -> {
              try (PreparedStatement delete =
                  connection.prepareStatement(
                      "DELETE FROM live_networking WHERE container_id = ?")) {
                delete.setString(1, containerId);
                return delete.executeUpdate();
              }
            });
  }

  List<LiveNetworking> live() {
    return read("SELECT record FROM live_networking", LiveNetworking.class);
  }

  private <T> List<T> read(String query, Class<T> type) {
    return store.read(
        connection -> {
          List<T> all = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(query);
              ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
              all.add(JSON.readValue(rows.getString(1), type));
            }
          }
          return all;
        });
  }
}
