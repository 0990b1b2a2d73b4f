package io.gantry.volume;

import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import io.gantry.filter.Patterns;
import io.gantry.units.Bools;
import java.util.Map;
import java.util.Set;

/**
 * Which volumes are meant by the {@code filters} of {@code GET /volumes} and {@code POST
 * /volumes/prune}. Values of one name are alternatives, except for labels, which all must fit;
 * names together restrict.
 */
public final class VolumeFilter {

  /** Every volume. */
  public static final VolumeFilter NONE = new VolumeFilter(Filters.NONE);

  private static final Set<String> LIST = Set.of("dangling", "name", "driver", "label");
  private static final Set<String> PRUNE = Set.of("label", "label!", "all");

  private final Filters filters;
  private final Patterns names;

  private VolumeFilter(Filters filters) {
    this.filters = filters;
    this.names = filters.patterns("name");
  }

  /**
   * The filters of a list request.
   *
   * @throws EngineException INVALID for a name or value that is unknown there
   */
  public static VolumeFilter forList(Filters filters) {
    filters.only(LIST).flag("dangling");
    return new VolumeFilter(filters);
  }

  /**
   * The filters of a prune request.
   *
   * @throws EngineException INVALID for a name or value that is unknown there
   */
  public static VolumeFilter forPrune(Filters filters) {
    Set<String> all = filters.only(PRUNE).get("all");
    if (all.size() > 1) {
      throw EngineException.invalid(
          "invalid filter 'all=[%s]': only one value is expected".formatted(String.join(" ", all)));
    }
    for (String value : all) {
      if (Bools.parse(value).isEmpty()) {
        throw EngineException.invalid("invalid filter 'all': " + Bools.error(value));
      }
    }
    return new VolumeFilter(filters);
  }

  /** Whether {@code all} was asked for: volumes with names too. */
  boolean all() {
    return filters.get("all").stream().anyMatch(value -> Bools.parse(value).orElse(false));
  }

  boolean matches(Volume volume, boolean referenced) {
    Map<String, String> labels = volume.labels() == null ? Map.of() : volume.labels();
    return filters.flag("dangling").orElse(!referenced) != referenced
        && filters.any("driver", volume.driver()::equals)
        && names.fit(volume.name())
        && filters.fitLabels(labels);
  }
}
