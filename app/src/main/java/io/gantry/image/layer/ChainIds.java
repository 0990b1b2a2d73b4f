package io.gantry.image.layer;

import io.gantry.registry.Digests;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Names of stacks of layers (OCI image specification, config.md, "Layer ChainID"). */
public final class ChainIds {

  private ChainIds() {}

  /** The chain of a layer on top of another. */
  public static String next(Optional<String> parent, String diffId) {
    return parent
        .map(below -> Digests.sha256((below + " " + diffId).getBytes(StandardCharsets.UTF_8)))
        .orElse(diffId);
  }

  /** The chains of all layers, lowest first. */
  public static List<String> of(List<String> diffIds) {
    List<String> chains = new ArrayList<>(diffIds.size());
    Optional<String> below = Optional.empty();
    for (String diffId : diffIds) {
      String chain = next(below, diffId);
      chains.add(chain);
      below = Optional.of(chain);
    }
    return chains;
  }
}
