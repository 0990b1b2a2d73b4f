package io.gantry.container.index;

import io.gantry.container.record.Container;
import io.gantry.store.Durability;
import io.gantry.store.RecordTable;
import io.gantry.store.RecordTable.Column;
import io.gantry.store.Store;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/**
 * The containers' rows in the database. What users were told is durable; states are written behind,
 * in order.
 */
@Component
public final class ContainerStore {

  private static final RecordTable<Container> CONTAINERS =
      new RecordTable<>(
          "container",
          Container.class,
          new Column<>("id", Container::id),
          new Column<>("name", Container::name),
          new Column<>("at_rest", container -> Boolean.toString(container.isAtRest())));

  /**
   * A container as it was found in the database.
   *
   * @param atRest whether a starting daemon has nothing to do for it
   * @param record reads the rest
   */
  public record Stored(String id, String name, boolean atRest, Supplier<Container> record) {}

  private final Store store;

  public ContainerStore(Store store) {
    this.store = store;
  }

  /** Durable when it returns. */
  public void insert(Container container) {
    store.write(Durability.HOST, CONTAINERS.insert(container));
  }

  /** Written in order, not waited for: what the kernel can tell again after a crash. */
  public CompletableFuture<Integer> updateLater(Container container) {
    return store.submit(Durability.PROCESS, CONTAINERS.update(container));
  }

  /** Completed when all that was handed over so far, of networks and volumes too, is written. */
  public CompletableFuture<Boolean> written() {
    return store.submit(Durability.PROCESS, connection -> true);
  }

  /**
   * That a user started or stopped it. Durable when it returns if a restart policy goes by it:
   * after a power cut nothing else tells whether the container is to run. Otherwise written in
   * order.
   */
  public void updateWish(Container container) {
    if (container.hostConfig().restartPolicy().isSet()) {
      update(container);
    } else {
      updateLater(container);
    }
  }

  /** Durable when it returns: name, limits, networks, restart policy. */
  public void update(Container container) {
    store.write(Durability.HOST, CONTAINERS.update(container));
  }

  /** Durable when it returns. */
  public void delete(String id) {
    store.write(Durability.HOST, CONTAINERS.delete(id));
  }

  public List<Stored> all() {
    return store.read(CONTAINERS::rows).stream()
        .map(
            row ->
                new Stored(
                    row.columns().get(0),
                    row.columns().get(1),
                    Boolean.parseBoolean(row.columns().get(2)),
                    row.record()))
        .toList();
  }
}
