package io.gantry.container;

import io.gantry.container.index.Containers;
import io.gantry.container.record.Container;
import io.gantry.container.record.Health;
import io.gantry.container.record.State;
import io.gantry.container.record.Status;
import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import io.gantry.filter.Patterns;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which containers a client asks for ({@code GET /containers/json}). Evaluated on immutable
 * records, without a lock.
 *
 * @param all also those that neither run nor wait for their restart
 * @param limit only the newest so many, whatever they do; 0 is without limit
 * @param filters values by filter name; values of one filter are alternatives, except labels, which
 *     all must fit
 */
public record ContainerQuery(boolean all, int limit, Filters filters) {

  private static final Set<String> KNOWN =
      Set.of(
          "ancestor",
          "before",
          "exited",
          "id",
          "isolation",
          "is-task",
          "label",
          "name",
          "network",
          "publish",
          "expose",
          "since",
          "status",
          "health",
          "volume",
          "label!");
  private static final Set<String> HEALTH = Set.of("none", "starting", "healthy", "unhealthy");
  private static final Comparator<Container> NEWEST =
      Comparator.comparing(Container::created).thenComparing(Container::id).reversed();

  public ContainerQuery {
    filters.only(KNOWN);
  }

  /** What a query must look up in other parts of the engine. */
  public interface Surroundings {
    /**
     * The ids of an image and of all images made from it; empty when there is none of that name.
     */
    Set<String> descendants(String image);

    /** The names of the network given by name, id or a prefix of it; empty when there is none. */
    Set<String> networkNames(String reference);
  }

  /** The containers that fit, the newest first. */
  List<Container> run(Containers containers, Surroundings surroundings) {
    Predicate<Container> fits = predicate(containers, surroundings);
    Stream<Container> sorted = containers.all().stream().filter(fits).sorted(NEWEST);
    return (limit > 0 ? sorted.limit(limit) : sorted).toList();
  }

  private Predicate<Container> predicate(Containers containers, Surroundings surroundings) {
    Predicate<Container> fits = container -> true;
    boolean states = filters.has("status") || filters.has("exited");
    if (!all && limit <= 0 && !states) {
      fits = container -> isShown(container.state());
    }
    Patterns ids = filters.patterns("id");
    fits = fits.and(container -> ids.fit(container.id()));
    Patterns names = filters.patterns("name");
    fits = fits.and(c -> names.fit(c.name()) || names.fit("/" + c.name()));
    fits = fits.and(container -> filters.fitLabels(container.config().labels()));
    fits = fits.and(in("status", this::status, container -> container.state().status()));
    fits = fits.and(exited());
    fits = fits.and(in("health", ContainerQuery::health, ContainerQuery::healthOf));
    fits = fits.and(any("volume", ContainerQuery::hasVolume));
    fits = fits.and(ports("publish", container -> container.hostConfig().portBindings().keySet()));
    fits = fits.and(ports("expose", container -> container.config().exposedPorts()));
    fits = fits.and(any("isolation", (value, c) -> value.isEmpty() || value.equals("default")));
    if (filters.flag("is-task").orElse(false)) {
      fits = container -> false;
    }
    if (filters.has("ancestor")) {
      Set<String> images =
          filters.get("ancestor").stream()
              .flatMap(value -> surroundings.descendants(value).stream())
              .collect(Collectors.toSet());
      fits = fits.and(container -> images.contains(container.imageId()));
    }
    if (filters.has("network")) {
      Set<String> networks =
          filters.get("network").stream()
              .flatMap(value -> surroundings.networkNames(value).stream())
              .collect(Collectors.toSet());
      fits = fits.and(c -> c.networks().keySet().stream().anyMatch(networks::contains));
    }
    for (String reference : filters.get("before")) {
      Container other = containers.get(reference);
      fits = fits.and(container -> container.created().isBefore(other.created()));
    }
    for (String reference : filters.get("since")) {
      Container other = containers.get(reference);
      fits = fits.and(container -> container.created().isAfter(other.created()));
    }
    return fits;
  }

  private interface Test {
    boolean fits(String value, Container container);
  }

  private Predicate<Container> any(String filter, Test test) {
    return container -> filters.any(filter, value -> test.fits(value, container));
  }

  private <T> Predicate<Container> in(
      String filter, Function<String, T> parse, Function<Container, T> property) {
    if (filters.get(filter).isEmpty()) {
      return container -> true;
    }
    Set<T> wanted = filters.get(filter).stream().map(parse).collect(Collectors.toSet());
    return container -> wanted.contains(property.apply(container));
  }

  private Predicate<Container> exited() {
    if (filters.get("exited").isEmpty()) {
      return container -> true;
    }
    Set<Integer> codes =
        filters.get("exited").stream().map(ContainerQuery::exitCode).collect(Collectors.toSet());
    return container -> {
      State state = container.state();
      return !isShown(state) && state.started().isPresent() && codes.contains(state.exitCode());
    };
  }

  /** Whether it counts as running: one that waits for its restart does. */
  private static boolean isShown(State state) {
    return state.isRunning() || state.status() == Status.RESTARTING;
  }

  private static int exitCode(String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw EngineException.invalid(
          "invalid filter 'exited=%s': strconv.Atoi: parsing \"%s\": invalid syntax"
              .formatted(value, value));
    }
  }

  private Status status(String value) {
    try {
      return Status.valueOf(value.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw EngineException.invalid(
          "invalid filter 'status=%s': invalid value for state (%s): must be one of created, running, paused, restarting, removing, exited, dead"
              .formatted(value, value));
    }
  }

  private static String health(String value) {
    if (!HEALTH.contains(value)) {
      throw EngineException.invalid(
          "invalid filter 'health=%s': invalid value for health (%s): must be one of none, starting, healthy, unhealthy"
              .formatted(value, value));
    }
    return value;
  }

  private static String healthOf(Container container) {
    Health health = container.state().health();
    return health == null ? "none" : health.status();
  }

  private static boolean hasVolume(String value, Container container) {
    return container.mounts().stream()
        .anyMatch(
            mount ->
                mount.name().equals(value)
                    || mount.destination().equals(value)
                    || mount.source().equals(value));
  }

  private Predicate<Container> ports(String filter, Function<Container, Set<String>> property) {
    List<PortRange> ranges =
        filters.get(filter).stream().map(value -> PortRange.parse(filter, value)).toList();
    return container ->
        ranges.isEmpty()
            || property.apply(container).stream()
                .anyMatch(port -> ranges.stream().anyMatch(range -> range.has(port)));
  }

  /** A port or a range of ports, with or without a protocol. */
  private record PortRange(int first, int last, String protocol) {

    static PortRange parse(String filter, String value) {
      int slash = value.indexOf('/');
      String range = slash < 0 ? value : value.substring(0, slash);
      int dash = range.indexOf('-');
      int first = port(filter, value, dash < 0 ? range : range.substring(0, dash));
      int last = dash < 0 ? first : port(filter, value, range.substring(dash + 1));
      return new PortRange(first, last, slash < 0 ? "tcp" : value.substring(slash + 1));
    }

    private static int port(String filter, String value, String number) {
      if (number.matches("\\d{1,5}") && Integer.parseInt(number) <= 0xffff) {
        return Integer.parseInt(number);
      }
      throw EngineException.system(
          "error while looking up for %s %s: strconv.ParseUint: parsing \"%s\": %s"
              .formatted(
                  filter,
                  value,
                  number,
                  number.matches("\\d+") ? "value out of range" : "invalid syntax"),
          null);
    }

    boolean has(String port) {
      String[] parts = port.split("/", 2);
      int number = Integer.parseInt(parts[0]);
      String of = parts.length > 1 ? parts[1] : "tcp";
      return of.equals(protocol) && number >= first && number <= last;
    }
  }
}
