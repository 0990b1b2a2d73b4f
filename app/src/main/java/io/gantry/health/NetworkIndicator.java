package io.gantry.health;

import io.gantry.config.DaemonOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Down when the default bridge has gone, or when the host has stopped forwarding although the
 * daemon was told to turn it on.
 */
record NetworkIndicator(DaemonOptions.Network network) implements HealthIndicator {

  private static final Path FORWARDING = Path.of("/proc/sys/net/ipv4/ip_forward");

  @Override
  public Health health() {
    Health.Builder health = Health.up().withDetail("bridge", network.bridge());
    boolean bridgeWanted = !network.bridge().equals(DaemonOptions.Network.NO_BRIDGE);
    if (bridgeWanted && !Files.exists(Path.of("/sys/class/net", network.bridge()))) {
      return health.down().withDetail("error", "there is no such network device").build();
    }
    try {
      if (bridgeWanted && network.ipForward() && Files.readString(FORWARDING).startsWith("0")) {
        return health.down().withDetail("error", "IP forwarding is off").build();
      }
    } catch (IOException e) {
      return health.down(e).build();
    }
    return health.build();
  }
}
