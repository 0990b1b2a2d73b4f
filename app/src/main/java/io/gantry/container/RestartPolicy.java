package io.gantry.container;

/**
 * Whether the engine starts a container again that ended (API v1.51, definitions/RestartPolicy).
 *
 * @param name {@code no}, {@code always}, {@code unless-stopped}, {@code on-failure}; empty
 *     is no
 * @param maximumRetryCount for on-failure, 0 is without limit
 */
public record RestartPolicy(
    String name,
    int maximumRetryCount) {

  public RestartPolicy {
    name = Lists.of(name);
  }
}
