package io.gantry.container.spec;

import io.gantry.error.EngineException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The environment of a container's process: the engine's defaults, then what the container says, a
 * later value replacing an earlier one in its place.
 */
final class Environment {

  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final Map<String, String> entries = new LinkedHashMap<>();

  /** With the search path, and for a terminal its type. */
  static Environment of(String hostname, boolean tty) {
    Environment environment = new Environment();
    environment.put("PATH=" + PATH);
    if (!hostname.isEmpty()) {
      environment.put("HOSTNAME=" + hostname);
    }
    if (tty) {
      environment.put("TERM=xterm");
    }
    return environment;
  }

  private void put(String entry) {
    int equals = entry.indexOf('=');
    if (entry.indexOf('\0') >= 0) {
      throw EngineException.system(
          OciSpec.LAUNCH_FAILED
              + "unable to start container process: error during container init: invalid environment variable \"%s\": contains nul byte (\\x00)"
                  .formatted(equals < 0 ? "" : entry.substring(0, equals)),
          null);
    }
    if (equals < 0) {
      entries.remove(entry);
    } else {
      entries.put(entry.substring(0, equals), entry);
    }
  }

  /** A bare name takes a variable away. */
  Environment and(List<String> more) {
    more.forEach(this::put);
    return this;
  }

  /** Unless something else was said. */
  Environment home(String home) {
    entries.putIfAbsent("HOME", "HOME=" + home);
    return this;
  }

  List<String> list() {
    return new ArrayList<>(entries.values());
  }
}
