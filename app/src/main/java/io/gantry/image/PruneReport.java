package io.gantry.image;

import java.util.List;

/**
 * What a prune did.
 *
 * @param removals in order
 * @param spaceReclaimed bytes of the deleted layers
 */
public record PruneReport(List<Removal> removals, long spaceReclaimed) {

  public PruneReport {
    removals = List.copyOf(removals);
  }
}
