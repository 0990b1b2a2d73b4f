package io.gantry.api;

import io.gantry.error.EngineException;
import io.gantry.network.Network;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which networks a client asks for. Values of one name are alternatives, but for labels, which all
 * must fit.
 */
final class NetworkFilter {

  private static final Set<String> LIST =
      Set.of("dangling", "driver", "id", "label", "name", "scope", "type", "idOrName");
  private static final Set<String> PRUNE = Set.of("label", "label!", "until");
  private static final Set<String> TYPES = Set.of("builtin", "custom");

  private final Map<String, Set<String>> values;

  private NetworkFilter(Map<String, Set<String>> values, Set<String> known) {
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        throw EngineException.invalid("invalid filter '" + name + "'");
      }
    }
    this.values = values;
  }

  /**
   * @throws EngineException in dockerd's words when names or values are unknown
   */
  static NetworkFilter forList(Map<String, Set<String>> values) {
    NetworkFilter filter = new NetworkFilter(values, LIST);
    for (String type : filter.of("type")) {
      if (!TYPES.contains(type)) {
        throw EngineException.system("invalid filter: 'type'='" + type + "'", null);
      }
    }
    for (String dangling : filter.of("dangling")) {
      if (GoBool.parse(dangling).isEmpty()) {
        throw EngineException.invalid(
            "invalid value for filter 'dangling', must be \"true\" (or \"1\"), or \"false\" (or"
                + " \"0\")");
      }
    }
    return filter;
  }

  /**
   * @throws EngineException in dockerd's words when names or values are unknown
   */
  static NetworkFilter forPrune(Map<String, Set<String>> values) {
    NetworkFilter filter = new NetworkFilter(values, PRUNE);
    filter.of("until").forEach(NetworkFilter::until);
    return filter;
  }

  /**
   * @param used names of networks that containers have
   */
  boolean matches(Network network, Set<String> used) {
    return any("driver", network.driver()::equals)
        && any("name", name -> network.name().contains(name))
        && any("id", id -> network.id().startsWith(id))
        && any(
            "idOrName", wanted -> network.name().equals(wanted) || network.id().startsWith(wanted))
        && any("scope", "local"::equals)
        && any("type", type -> type.equals("builtin") == network.isPredefined())
        && any(
            "dangling",
            wanted ->
                GoBool.parse(wanted).orElse(false)
                    == (!network.isPredefined() && !used.contains(network.name())))
        && any("until", text -> network.created().isBefore(until(text)))
        && of("label").stream().allMatch(label -> labelled(network, label))
        && of("label!").stream().noneMatch(label -> labelled(network, label));
  }

  private Set<String> of(String name) {
    return values.getOrDefault(name, Set.of());
  }

  private boolean any(String name, Predicate<String> fits) {
    return of(name).isEmpty() || of(name).stream().anyMatch(fits);
  }

  private static boolean labelled(Network network, String label) {
    int equals = label.indexOf('=');
    return equals < 0
        ? network.labels().containsKey(label)
        : label.substring(equals + 1).equals(network.labels().get(label.substring(0, equals)));
  }

  private static Instant until(String text) {
    try {
      if (text.matches("[0-9]+")) {
        return Instant.ofEpochSecond(Long.parseLong(text));
      }
      if (text.matches("[0-9]+[smh]")) {
        return Instant.now().minus(Duration.parse("PT" + text.toUpperCase(Locale.ROOT)));
      }
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException | NumberFormatException e) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "failed to parse value as time or duration: \"" + text + "\"",
          e);
    }
  }
}
