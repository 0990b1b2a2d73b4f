package io.gantry.console.command;

import io.gantry.console.line.UsageException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** {@code --filter name=value} as the API's {@code filters} parameter. */
final class Filters {

  private Filters() {}

  static Optional<String> json(List<String> filters) {
    Map<String, List<String>> byName = new LinkedHashMap<>();
    for (String filter : filters) {
      int equals = filter.indexOf('=');
      if (equals < 1) {
        throw new UsageException(
            "invalid argument \"" + filter + "\" for \"-f, --filter\": give name=value");
      }
      String name = filter.substring(0, equals).strip().toLowerCase(Locale.ROOT);
      byName
          .computeIfAbsent(name, any -> new ArrayList<>())
          .add(filter.substring(equals + 1).strip());
    }
    return byName.isEmpty() ? Optional.empty() : Optional.of(Json.text(byName));
  }
}
