package io.gantry.api;

import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import io.gantry.network.Network;
import io.gantry.units.Bools;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Which networks a client asks for. Values of one name are alternatives, but for labels, which all
 * must fit.
 */
final class NetworkFilter {

  private static final Set<String> LIST =
      Set.of("dangling", "driver", "id", "label", "name", "scope", "type", "idOrName");
  private static final Set<String> PRUNE = Set.of("label", "label!", "until");
  private static final Set<String> TYPES = Set.of("builtin", "custom");

  private final Filters values;
  private final Optional<Instant> until;

  private NetworkFilter(Filters values, Optional<Instant> until) {
    this.values = values;
    this.until = until;
  }

  /**
   * @throws EngineException in dockerd's words when names or values are unknown
   */
  static NetworkFilter forList(Filters values) {
    values.only(LIST);
    for (String type : values.get("type")) {
      if (!TYPES.contains(type)) {
        throw EngineException.system("invalid filter: 'type'='" + type + "'", null);
      }
    }
    for (String dangling : values.get("dangling")) {
      if (Bools.parse(dangling).isEmpty()) {
        throw EngineException.invalid(
            "invalid value for filter 'dangling', must be \"true\" (or \"1\"), or \"false\" (or"
                + " \"0\")");
      }
    }
    return new NetworkFilter(values, Optional.empty());
  }

  /**
   * @throws EngineException in dockerd's words when names or values are unknown
   */
  static NetworkFilter forPrune(Filters values) {
    return new NetworkFilter(values.only(PRUNE), values.until());
  }

  /**
   * @param used names of networks that containers have
   */
  boolean matches(Network network, Set<String> used) {
    return values.any("driver", network.driver()::equals)
        && values.any("name", name -> network.name().contains(name))
        && values.any("id", id -> network.id().startsWith(id))
        && values.any(
            "idOrName", wanted -> network.name().equals(wanted) || network.id().startsWith(wanted))
        && values.any("scope", "local"::equals)
        && values.any("type", type -> type.equals("builtin") == network.isPredefined())
        && values.any(
            "dangling",
            wanted ->
                Bools.parse(wanted).orElse(false)
                    == (!network.isPredefined() && !used.contains(network.name())))
        && until.map(network.created()::isBefore).orElse(true)
        && values.fitLabels(network.labels());
  }
}
