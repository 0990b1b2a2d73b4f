package io.gantry.api;

import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import io.gantry.filter.Patterns;
import io.gantry.network.Network;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Which networks a client asks for. Values of one name are alternatives, but for labels, which all
 * must fit; those for names and ids may be expressions.
 */
final class NetworkFilter {

  private static final Set<String> LIST =
      Set.of("dangling", "driver", "id", "label", "name", "scope", "type");
  private static final Set<String> PRUNE = Set.of("label", "label!", "until");
  private static final Set<String> BOOLEANS = Set.of("true", "1", "false", "0");
  private static final Set<String> TYPES = Set.of("builtin", "custom");

  private final Filters values;
  private final Patterns names;
  private final Patterns ids;
  private final Optional<Instant> until;

  private NetworkFilter(Filters values, Optional<Instant> until) {
    this.values = values;
    this.names = values.patterns("name");
    this.ids = values.patterns("id");
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
    if (values.get("dangling").size() > 1) {
      throw EngineException.invalid("got more than one value for filter key \"dangling\"");
    }
    if (!BOOLEANS.containsAll(values.get("dangling"))) {
      throw EngineException.invalid(
          "invalid value for filter 'dangling', must be \"true\" (or \"1\"), or \"false\" (or"
              + " \"0\")");
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
        && names.fit(network.name())
        && ids.fit(network.id())
        && values.any("scope", "local"::equals)
        && values.any("type", type -> type.equals("builtin") == network.isPredefined())
        && values
            .flag("dangling")
            .map(wanted -> wanted == (!network.isPredefined() && !used.contains(network.name())))
            .orElse(true)
        && until.map(network.created()::isBefore).orElse(true)
        && values.fitLabels(network.labels());
  }
}
