package io.gantry.container.record;

import java.util.Locale;

/** Where a container is in its life (API v1.51, ContainerState.Status). */
public enum Status {
  CREATED,
  RUNNING,
  PAUSED,
  RESTARTING,
  REMOVING,
  EXITED,
  DEAD;

  /** Docker's spelling. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
