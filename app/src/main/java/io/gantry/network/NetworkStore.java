package io.gantry.network;

import io.gantry.store.Durability;
import io.gantry.store.RecordTable;
import io.gantry.store.RecordTable.Column;
import io.gantry.store.Store;
import java.util.List;

/**
 * The rows of networks, durable when a method returns, and of what running containers have of them,
 * written behind.
 */
final class NetworkStore {

  private static final RecordTable<Network> NETWORKS =
      new RecordTable<>(
          "network",
          Network.class,
          new Column<>("id", Network::id),
          new Column<>("name", Network::name));

  private static final RecordTable<LiveNetworking> LIVE =
      new RecordTable<>(
          "live_networking",
          LiveNetworking.class,
          new Column<>("container_id", LiveNetworking::containerId));

  private final Store store;

  NetworkStore(Store store) {
    this.store = store;
  }

  void put(Network network) {
    store.write(Durability.HOST, NETWORKS.put(network));
  }

  void delete(String id) {
    store.write(Durability.HOST, NETWORKS.delete(id));
  }

  List<Network> networks() {
    return store.read(NETWORKS::all);
  }

  void putLater(LiveNetworking live) {
    var _ = store.submit(Durability.PROCESS, LIVE.put(live));
  }

  void deleteLater(String containerId) {
    var _ = store.submit(Durability.PROCESS, LIVE.delete(containerId));
  }

  List<LiveNetworking> live() {
    return store.read(LIVE::all);
  }
}
