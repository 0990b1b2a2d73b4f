package io.gantry.network;

import io.gantry.error.EngineException;
import io.gantry.plugins.DriverException;

/** Drivers' failures as the engine's. */
final class Failures {

  private Failures() {}

  static EngineException of(DriverException e) {
    return of("", e);
  }

  /**
   * @param prefix put before the message
   */
  static EngineException of(String prefix, DriverException e) {
    return new EngineException(kind(e.kind()), prefix + e.getMessage(), e);
  }

  private static EngineException.Kind kind(DriverException.Kind kind) {
    return switch (kind) {
      case INVALID -> EngineException.Kind.INVALID;
      case NOT_FOUND -> EngineException.Kind.NOT_FOUND;
      case CONFLICT -> EngineException.Kind.CONFLICT;
      case FORBIDDEN -> EngineException.Kind.FORBIDDEN;
      case UNSUPPORTED -> EngineException.Kind.UNSUPPORTED;
      case SYSTEM -> EngineException.Kind.SYSTEM;
    };
  }
}
