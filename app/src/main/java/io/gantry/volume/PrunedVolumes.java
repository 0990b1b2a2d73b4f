package io.gantry.volume;

import java.util.List;

/**
 * What {@code POST /volumes/prune} did.
 *
 * @param deleted names
 * @param spaceReclaimed bytes
 */
public record PrunedVolumes(List<String> deleted, long spaceReclaimed) {
  public PrunedVolumes {
    deleted = List.copyOf(deleted);
  }
}
