package io.gantry.image.layer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Under which digests and where registries are known to have layers: so that a push sends nothing
 * twice and keeps digests.
 */
public final class KnownBlobs {

  private static final int MAX_PER_LAYER = 64;

  private final LayerRows rows;
  private final ConcurrentHashMap<String, List<LayerBlob>> byDiffId = new ConcurrentHashMap<>();

  KnownBlobs(LayerRows rows) {
    this.rows = rows;
  }

  void load() {
    rows.blobs().forEach(row -> add(row.diffId(), row.blob()));
  }

  /** The newest first. */
  public List<LayerBlob> of(String diffId) {
    return byDiffId.getOrDefault(diffId, List.of());
  }

  public void remember(String diffId, LayerBlob blob) {
    if (!of(diffId).contains(blob)) {
      add(diffId, blob);
      rows.remember(diffId, blob);
    }
  }

  /** The registry does not have it any more. */
  public void forget(String diffId, LayerBlob blob) {
    byDiffId.computeIfPresent(
        diffId, (id, known) -> known.stream().filter(other -> !other.equals(blob)).toList());
    rows.forget(diffId, blob);
  }

  void forgetLayer(String diffId) {
    byDiffId.remove(diffId);
  }

  private void add(String diffId, LayerBlob blob) {
    byDiffId.merge(
        diffId,
        List.of(blob),
        (known, one) -> {
          List<LayerBlob> all = new ArrayList<>(one);
          known.stream()
              .filter(other -> !isSame(other, blob))
              .limit(MAX_PER_LAYER - 1)
              .forEach(all::add);
          return List.copyOf(all);
        });
  }

  private static boolean isSame(LayerBlob one, LayerBlob other) {
    return one.digest().equals(other.digest()) && one.repository().equals(other.repository());
  }
}
