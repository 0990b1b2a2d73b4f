package io.gantry.container.record;

/**
 * One resource limit of the container's processes (API v1.51, Resources.Ulimits).
 *
 * @param name for instance nofile
 * @param soft -1 is unlimited
 * @param hard -1 is unlimited
 */
public record Ulimit(String name, long soft, long hard) {

  public Ulimit {
    name = Lists.of(name);
  }
}
