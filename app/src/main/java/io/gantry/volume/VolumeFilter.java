package io.gantry.volume;

import io.gantry.error.EngineException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which volumes are meant by the {@code filters} of {@code GET /volumes} and {@code POST
 * /volumes/prune}. Values of one name are alternatives, except for labels, which all must fit;
 * names together restrict.
 */
public final class VolumeFilter {

  /** Every volume. */
  public static final VolumeFilter NONE = new VolumeFilter(Map.of());

  private static final Set<String> LIST = Set.of("dangling", "name", "driver", "label");
  private static final Set<String> PRUNE = Set.of("label", "label!", "all");

  private final Map<String, ? extends Collection<String>> filters;

  private VolumeFilter(Map<String, ? extends Collection<String>> filters) {
    this.filters = filters;
  }

  /**
   * The filters of a list request.
   *
   * @throws EngineException INVALID for a name or value that is unknown there
   */
  public static VolumeFilter forList(Map<String, ? extends Collection<String>> filters) {
    checkNames(filters, LIST);
    VolumeFilter filter = new VolumeFilter(filters);
    filter.bool("dangling", "invalid filter 'dangling=%s'");
    return filter;
  }

  /**
   * The filters of a prune request.
   *
   * @throws EngineException INVALID for a name or value that is unknown there
   */
  public static VolumeFilter forPrune(Map<String, ? extends Collection<String>> filters) {
    checkNames(filters, PRUNE);
    Collection<String> all = filters.containsKey("all") ? filters.get("all") : List.of();
    if (all.size() > 1) {
      throw EngineException.invalid(
          "invalid filter 'all=[%s]': only one value is expected".formatted(String.join(" ", all)));
    }
    for (String value : all) {
      if (parse(value).isEmpty()) {
        throw EngineException.invalid(
            "invalid filter 'all': strconv.ParseBool: parsing \"%s\": invalid syntax"
                .formatted(value));
      }
    }
    return new VolumeFilter(filters);
  }

  private static void checkNames(Map<String, ?> filters, Set<String> known) {
    for (String name : filters.keySet()) {
      if (!known.contains(name)) {
        throw EngineException.invalid("invalid filter '%s'".formatted(name));
      }
    }
  }

  /** Whether {@code all} was asked for: volumes with names too. */
  boolean all() {
    return values("all").stream().anyMatch(value -> parse(value).orElse(false));
  }

  boolean matches(Volume volume, boolean referenced) {
    Optional<Boolean> dangling = bool("dangling", "invalid filter 'dangling=%s'");
    if (dangling.isPresent() && dangling.get() == referenced) {
      return false;
    }
    Collection<String> drivers = values("driver");
    if (!drivers.isEmpty() && !drivers.contains(volume.driver())) {
      return false;
    }
    Collection<String> names = values("name");
    if (!names.isEmpty() && names.stream().noneMatch(name -> nameFits(name, volume.name()))) {
      return false;
    }
    return values("label").stream().allMatch(label -> hasLabel(volume, label))
        && (values("label!").isEmpty()
            || values("label!").stream().noneMatch(label -> hasLabel(volume, label)));
  }

  private static boolean nameFits(String pattern, String name) {
    if (name.equals(pattern)) {
      return true;
    }
    try {
      return Pattern.compile(pattern).matcher(name).find();
    } catch (PatternSyntaxException e) {
      return name.contains(pattern);
    }
  }

  private static boolean hasLabel(Volume volume, String wanted) {
    Map<String, String> labels = volume.labels() == null ? Map.of() : volume.labels();
    int equals = wanted.indexOf('=');
    return equals < 0
        ? labels.containsKey(wanted)
        : wanted.substring(equals + 1).equals(labels.get(wanted.substring(0, equals)));
  }

  private Optional<Boolean> bool(String name, String error) {
    Collection<String> values = values(name);
    if (values.isEmpty()) {
      return Optional.empty();
    }
    Optional<Boolean> value =
        values.size() == 1 ? parse(values.iterator().next()) : Optional.empty();
    if (value.isEmpty()) {
      throw EngineException.invalid(error.formatted("[" + String.join(" ", values) + "]"));
    }
    return value;
  }

  private Collection<String> values(String name) {
    Collection<String> values = filters.get(name);
    return values == null ? List.of() : values;
  }

  private static Optional<Boolean> parse(String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "1", "t", "true" -> Optional.of(true);
      case "0", "f", "false" -> Optional.of(false);
      default -> Optional.empty();
    };
  }
}
