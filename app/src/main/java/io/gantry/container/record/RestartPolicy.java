package io.gantry.container.record;

/**
 * Whether the engine starts a container again that ended (API v1.51, definitions/RestartPolicy).
 *
 * @param name {@code no}, {@code always}, {@code unless-stopped}, {@code on-failure}; empty is no
 * @param maximumRetryCount for on-failure, 0 is without limit
 */
public record RestartPolicy(String name, int maximumRetryCount) {

  public RestartPolicy {
    name = Lists.of(name);
  }

  RestartPolicy withDefaults() {
    return name.isEmpty() ? new RestartPolicy("no", maximumRetryCount) : this;
  }

  /** Whether there is a policy at all. */
  public boolean isSet() {
    return !name.isEmpty() && !name.equals("no");
  }

  /**
   * Whether a container that just ended is started again.
   *
   * @param restarts how often it was already
   */
  public boolean appliesTo(State ended, int restarts) {
    if (ended.stoppedByUser()) {
      return false;
    }
    return switch (name) {
      case "always", "unless-stopped" -> true;
      case "on-failure" ->
          ended.exitCode() != 0 && (maximumRetryCount == 0 || restarts < maximumRetryCount);
      default -> false;
    };
  }

  /**
   * Whether a container that does not run when the daemon starts, and has run before, is started.
   */
  public boolean appliesAtDaemonStart(State state, int restarts) {
    if (state.startedAt() == null) {
      return false;
    }
    return name.equals("always") || appliesTo(state, restarts);
  }
}
