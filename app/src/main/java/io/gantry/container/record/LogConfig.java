package io.gantry.container.record;

import java.util.Map;

/**
 * The log driver of a container and its options (API v1.51, HostConfig.LogConfig).
 *
 * @param type driver name; empty takes the daemon's default
 * @param config driver options
 */
public record LogConfig(String type, Map<String, String> config) {

  public LogConfig {
    type = Lists.of(type);
    config = Lists.of(config);
  }

  /** This, or the daemon's driver where none is named, with its options where none are given. */
  LogConfig withDefaults(LogConfig daemon) {
    if (!type.isEmpty()) {
      return this;
    }
    return new LogConfig(daemon.type(), config.isEmpty() ? daemon.config() : config);
  }
}
