package io.gantry.container;

import io.gantry.error.EngineException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which containers a prune takes: {@code until}, {@code label}, {@code label!}. */
record PruneFilter(Optional<Instant> until, Set<String> labels, Set<String> notLabels) {

  private static final Pattern DURATION =
      Pattern.compile("(?:(\\d+(?:\\.\\d+)?)(h|m|s|ms|us|ns))+");
  private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(h|ms|us|ns|m|s)");

  static PruneFilter of(Map<String, Set<String>> filters) {
    for (String name : filters.keySet()) {
      if (!Set.of("until", "label", "label!").contains(name)) {
        throw EngineException.invalid("invalid filter '" + name + "'");
      }
    }
    Set<String> until = filters.getOrDefault("until", Set.of());
    if (until.size() > 1) {
      throw EngineException.invalid("more than one until filter specified");
    }
    return new PruneFilter(
        until.stream().findFirst().map(PruneFilter::time),
        filters.getOrDefault("label", Set.of()),
        filters.getOrDefault("label!", Set.of()));
  }

  private static Instant time(String text) {
    try {
      if (DURATION.matcher(text).matches()) {
        return Instant.now().minus(duration(text));
      }
      if (text.matches("\\d+(\\.\\d{1,9})?")) {
        String[] parts = text.split("\\.", 2);
        long nanos =
            parts.length < 2 ? 0 : Long.parseLong((parts[1] + "000000000").substring(0, 9));
        return Instant.ofEpochSecond(Long.parseLong(parts[0]), nanos);
      }
      if (text.length() == 10) {
        return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
      }
      return text.endsWith("Z") || text.matches(".*[+-]\\d\\d:\\d\\d")
          ? OffsetDateTime.parse(text).toInstant()
          : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException | NumberFormatException e) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "failed to parse value as time or duration: \"" + text + "\"",
          e);
    }
  }

  private static Duration duration(String text) {
    Duration sum = Duration.ZERO;
    Matcher parts = PART.matcher(text);
    while (parts.find()) {
      double count = Double.parseDouble(parts.group(1));
      double unit =
          switch (parts.group(2)) {
            case "h" -> 3600e9;
            case "m" -> 60e9;
            case "s" -> 1e9;
            case "ms" -> 1e6;
            case "us" -> 1e3;
            default -> 1;
          };
      sum = sum.plusNanos((long) (count * unit));
    }
    return sum;
  }

  boolean fits(Container container) {
    return until.map(limit -> container.created().isBefore(limit)).orElse(true)
        && labels.stream().allMatch(label -> hasLabel(container, label))
        && notLabels.stream().noneMatch(label -> hasLabel(container, label));
  }

  private static boolean hasLabel(Container container, String label) {
    int equals = label.indexOf('=');
    String value = container.config().labels().get(equals < 0 ? label : label.substring(0, equals));
    return value != null && (equals < 0 || value.equals(label.substring(equals + 1)));
  }
}
