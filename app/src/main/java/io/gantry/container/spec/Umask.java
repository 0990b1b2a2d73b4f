package io.gantry.container.spec;

import io.gantry.config.DaemonOptions;
import io.gantry.container.record.Container;
import io.gantry.error.EngineException;
import java.util.Map;
import java.util.Optional;

/**
 * The umask of a container's processes, openEuler's {@code native.umask}: 0022 when {@code normal},
 * 0027 when {@code secure}.
 */
final class Umask {

  /** The annotation, and the daemon's {@code --exec-opt}. */
  static final String KEY = "native.umask";

  private static final int NORMAL = 0022;
  private static final int SECURE = 0027;

  private Umask() {}

  /**
   * @throws EngineException INVALID for any other value
   */
  static void check(Map<String, String> annotations) {
    Optional.ofNullable(annotations.get(KEY)).ifPresent(Umask::parse);
  }

  /** What the container says, in either place for annotations; else the daemon's default. */
  static int of(Container container, DaemonOptions.Containers defaults) {
    String value = container.hostConfig().annotations().get(KEY);
    if (value == null) {
      value = container.config().annotations().get(KEY);
    }
    if (value != null) {
      return parse(value);
    }
    return defaults.umask() == DaemonOptions.Umask.NORMAL ? NORMAL : SECURE;
  }

  private static int parse(String value) {
    return switch (value) {
      case "normal" -> NORMAL;
      case "secure" -> SECURE;
      default ->
          throw EngineException.invalid("native.umask option %s not supported".formatted(value));
    };
  }
}
