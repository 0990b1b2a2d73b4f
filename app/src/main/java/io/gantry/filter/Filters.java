package io.gantry.filter;

import io.gantry.error.EngineException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a client restricts a request to (API v1.51, parameter {@code filters}; moby {@code
 * api/types/filters}). Values of one name are alternatives, but for labels, which all must fit;
 * names together restrict. Immutable.
 *
 * @param values by name, at least one each
 */
public record Filters(Map<String, Set<String>> values) {

  /** No restriction. */
  public static final Filters NONE = new Filters(Map.of());

  public Filters {
    values = Map.copyOf(values);
  }

  /**
   * These, which are all known.
   *
   * @throws EngineException INVALID when one has another name
   */
  public Filters only(Set<String> known) {
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        throw EngineException.invalid("invalid filter '" + name + "'");
      }
    }
    return this;
  }

  /** These, with one value under a name. */
  public Filters with(String name, String value) {
    Map<String, Set<String>> changed = new HashMap<>(values);
    changed.put(name, Set.of(value));
    return new Filters(changed);
  }

  /** These, with one value more under a name. */
  public Filters and(String name, String value) {
    Map<String, Set<String>> changed = new HashMap<>(values);
    Set<String> more = new LinkedHashSet<>(get(name));
    more.add(value);
    changed.put(name, more);
    return new Filters(changed);
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  public Set<String> get(String name) {
    return values.getOrDefault(name, Set.of());
  }

  /** Whether one of the values fits, or there is none. */
  public boolean any(String name, Predicate<String> fits) {
    Set<String> wanted = get(name);
    return wanted.isEmpty() || wanted.stream().anyMatch(fits);
  }

  /**
   * A filter that is true or false; empty when it was not given.
   *
   * @throws EngineException INVALID when it is neither or both
   */
  public Optional<Boolean> flag(String name) {
    Set<String> given = get(name);
    if (given.isEmpty()) {
      return Optional.empty();
    }
    boolean yes = given.contains("1") || given.contains("true");
    boolean no = given.contains("0") || given.contains("false");
    if (yes == no) {
      throw EngineException.invalid(
          "invalid filter '%s=[%s]'".formatted(name, String.join(" ", given)));
    }
    return Optional.of(yes);
  }

  /**
   * The time of the filter {@code until} of a prune: only what is older goes.
   *
   * @throws EngineException INVALID when it is no time, or there are several
   */
  public Optional<Instant> until() {
    Set<String> until = get("until");
    if (until.size() > 1) {
      throw EngineException.invalid("more than one until filter specified");
    }
    return until.stream().findFirst().map(text -> Timestamps.parse(text, Instant.now()));
  }

  /** Whether all labels of {@code label} are there, and none of {@code label!}. */
  public boolean fitLabels(Map<String, String> labels) {
    return get("label").stream().allMatch(wanted -> hasLabel(labels, wanted))
        && get("label!").stream().noneMatch(unwanted -> hasLabel(labels, unwanted));
  }

  private static boolean hasLabel(Map<String, String> labels, String wanted) {
    int equals = wanted.indexOf('=');
    return equals < 0
        ? labels.containsKey(wanted)
        : wanted.substring(equals + 1).equals(labels.get(wanted.substring(0, equals)));
  }

  /**
   * The values of a name as names or expressions, compiled.
   *
   * @throws EngineException INVALID when they are larger than any that is meant
   */
  public Patterns patterns(String name) {
    return Patterns.of(name, get(name));
  }
}
