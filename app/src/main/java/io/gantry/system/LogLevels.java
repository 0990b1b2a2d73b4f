package io.gantry.system;

import io.gantry.config.DaemonOptions;

/**
 * How much is logged, in the names of Spring's logging system.
 *
 * @param engine by the engine itself
 * @param frameworks by everything else, which is of interest only to who looks for a fault
 */
public record LogLevels(String engine, String frameworks) {

  public static LogLevels of(DaemonOptions.LogLevel level) {
    return switch (level) {
      case DEBUG -> new LogLevels("debug", "info");
      case INFO -> new LogLevels("info", "warn");
      case WARN -> new LogLevels("warn", "warn");
      case ERROR, FATAL -> new LogLevels("error", "error");
    };
  }
}
