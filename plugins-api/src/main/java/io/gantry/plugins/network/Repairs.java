package io.gantry.plugins.network;

import java.util.List;

/**
 * What {@link NetworkDriver#reconcile} found and did.
 *
 * @param done what was wrong and is right now, one sentence each
 * @param failed what is still wrong, one sentence each, with the reason
 * @param lostEndpoints ids of endpoints whose interface is gone and cannot be made again while the
 *     container runs
 */
public record Repairs(List<String> done, List<String> failed, List<String> lostEndpoints) {

  public static final Repairs NONE = new Repairs(List.of(), List.of(), List.of());

  public Repairs {
    done = List.copyOf(done);
    failed = List.copyOf(failed);
    lostEndpoints = List.copyOf(lostEndpoints);
  }
}
