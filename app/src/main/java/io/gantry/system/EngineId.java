package io.gantry.system;

import io.gantry.store.Settings;
import java.util.UUID;

/** The name the engine has for ever, made at its first start ({@code ID} of {@code /info}). */
public final class EngineId {

  private EngineId() {}

  public static String of(Settings settings) {
    return settings.getOrMake("engine", () -> UUID.randomUUID().toString());
  }
}
