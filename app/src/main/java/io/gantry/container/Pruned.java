package io.gantry.container;

import java.util.List;

/** What a prune removed: ids, and the bytes that came free. */
public record Pruned(List<String> deleted, long spaceReclaimed) {

  public Pruned {
    deleted = List.copyOf(deleted);
  }
}
