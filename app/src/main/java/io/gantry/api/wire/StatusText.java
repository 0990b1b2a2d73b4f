package io.gantry.api.wire;

import io.gantry.container.record.Health;
import io.gantry.container.record.State;
import io.gantry.units.Durations;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The {@code Status} column of a container list. */
final class StatusText {

  private StatusText() {}

  static String of(State state, Instant now) {
    return switch (state.status()) {
      case CREATED -> "Created";
      case RUNNING -> "Up " + since(state.startedAt(), now) + health(state.health());
      case PAUSED -> "Up " + since(state.startedAt(), now) + " (Paused)";
      case RESTARTING ->
          "Restarting (%d) %s ago".formatted(state.exitCode(), since(state.finishedAt(), now));
      case REMOVING -> "Removal In Progress";
      case EXITED ->
          state.startedAt() == null
              ? "Created"
              : "Exited (%d) %s ago".formatted(state.exitCode(), since(state.finishedAt(), now));
      case DEAD -> "Dead";
    };
  }

  private static String since(@Nullable Instant then, Instant now) {
    return Durations.human(then == null ? Duration.ZERO : Duration.between(then, now));
  }

  private static String health(@Nullable Health health) {
    if (health == null) {
      return "";
    }
    return health.status().equals("starting")
        ? " (health: starting)"
        : " (" + health.status() + ")";
  }
}
