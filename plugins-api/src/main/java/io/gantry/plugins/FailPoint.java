package io.gantry.plugins;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Named places at which a test can kill the daemon, to prove that the next start mends what was cut
 * off there. Armed by the system property {@code gantry.failpoint=name} or {@code name:n} (the n-th
 * time it is passed); not armed, a place costs one comparison.
 */
public final class FailPoint {

  /** The exit status of a process that came to its armed place; nothing else ends with it. */
  public static final int EXIT_STATUS = 86;

  private static final @Nullable String ARMED;
  private static final AtomicInteger LEFT;

  static {
    String property = System.getProperty("gantry.failpoint", "");
    int colon = property.indexOf(':');
    ARMED = property.isEmpty() ? null : colon < 0 ? property : property.substring(0, colon);
    LEFT = new AtomicInteger(colon < 0 ? 1 : Integer.parseInt(property.substring(colon + 1)));
  }

  private FailPoint() {}

  /** Ends this process at once, without any clean-up, when the place is armed. */
  public static void hit(String name) {
    if (ARMED != null && ARMED.equals(name) && LEFT.decrementAndGet() == 0) {
      Runtime.getRuntime().halt(EXIT_STATUS);
    }
  }
}
