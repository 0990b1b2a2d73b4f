package io.gantry.image.layer;

import io.gantry.image.layer.LayerRows.Row;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.storage.Snapshot;
import io.gantry.plugins.storage.StorageDriver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the layers that are whole from what a crash left of others, and removes that: rows without
 * a snapshot or without the layer they stand on, snapshots and records without a row. For the start
 * of the daemon, before anything else; only snapshots that this package named are touched.
 */
final class LayerRecovery {

  private static final Logger log = LoggerFactory.getLogger(LayerRecovery.class);

  private final StorageDriver driver;
  private final LayerRows rows;
  private final LayerRecords records;

  LayerRecovery(StorageDriver driver, LayerRows rows, LayerRecords records) {
    this.driver = driver;
    this.rows = rows;
    this.records = records;
  }

  /** The layers that are whole, each after the one it stands on. */
  List<Row> run() throws IOException {
    Map<String, Snapshot> snapshots = new HashMap<>();
    driver.walk().forEach(snapshot -> snapshots.put(snapshot.key(), snapshot));
    Map<String, Row> whole = new LinkedHashMap<>();
    List<Row> broken = new ArrayList<>(rows.all());
    boolean found = true;
    while (found) {
      found =
          broken.removeIf(
              row -> {
                Layer layer = row.layer();
                boolean keep =
                    row.trusted()
                        && layer.parent().stream().allMatch(whole::containsKey)
                        && snapshots.containsKey(layer.snapshot())
                        && records.has(layer);
                if (keep) {
                  whole.put(layer.chainId(), row);
                }
                return keep;
              });
    }
    forget(broken.stream().map(Row::layer).toList());
    Set<String> wanted =
        whole.values().stream().map(row -> row.layer().snapshot()).collect(Collectors.toSet());
    sweep(snapshots, wanted);
    records.deleteOthers(wanted);
    return List.copyOf(whole.values());
  }

  private void forget(List<Layer> broken) {
    broken.forEach(layer -> log.warn("Layer {} is not complete and is forgotten", layer.chainId()));
    if (!broken.isEmpty()) {
      rows.deleteNow(broken);
    }
  }

  /** Removes what is ours and not wanted; what others stand on goes after them. */
  private void sweep(Map<String, Snapshot> snapshots, Set<String> wanted) {
    boolean removed = true;
    while (removed) {
      removed =
          snapshots
              .keySet()
              .removeIf(
                  key ->
                      isOurs(key)
                          && !wanted.contains(key)
                          && !isParent(key, snapshots)
                          && remove(key));
    }
  }

  private static boolean isOurs(String key) {
    return key.startsWith(Layer.SNAPSHOT_PREFIX) || key.startsWith(LayerUnpacker.PREFIX);
  }

  private static boolean isParent(String key, Map<String, Snapshot> snapshots) {
    return snapshots.values().stream()
        .anyMatch(snapshot -> snapshot.parent().equals(Optional.of(key)));
  }

  private boolean remove(String key) {
    try {
      driver.remove(key);
      return true;
    } catch (DriverException e) {
      log.warn("Snapshot {} was left: {}", key, e.getMessage());
      return false;
    }
  }
}
