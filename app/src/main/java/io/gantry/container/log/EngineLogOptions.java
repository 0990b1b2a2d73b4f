package io.gantry.container.log;

import io.gantry.plugins.DriverException;
import io.gantry.units.Sizes;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The log options that every driver has (moby {@code daemon/logger/factory.go}). {@code
 * mode=non-blocking} lets the container go on when the driver is slow: here it always does, since
 * the journal takes all output; so the mode only says that a backlog of more than {@link
 * #MIN_BACKLOG} and {@code max-buffer-size} may be dropped.
 *
 * @param backlogLimit bytes that may wait for the driver; {@link Long#MAX_VALUE} for no limit but
 *     the disk
 * @param rest the driver's own options
 */
record EngineLogOptions(long backlogLimit, Map<String, String> rest) {

  private static final long MIN_BACKLOG = 64L << 20;
  private static final String MODE = "mode";
  private static final String BUFFER = "max-buffer-size";

  static EngineLogOptions parse(Map<String, String> options) {
    Map<String, String> rest = new HashMap<>(options);
    String mode = Objects.requireNonNullElse(rest.remove(MODE), "");
    String buffer = rest.remove(BUFFER);
    boolean blocking = mode.isEmpty() || mode.equals("blocking");
    if (!blocking && !mode.equals("non-blocking")) {
      throw invalid("logger: logging mode not supported: " + mode);
    }
    if (buffer != null && blocking) {
      throw invalid("logger: max-buffer-size option is only supported with 'mode=non-blocking'");
    }
    long limit = buffer == null ? 0 : bytes(buffer);
    return new EngineLogOptions(blocking ? Long.MAX_VALUE : Math.max(MIN_BACKLOG, limit), rest);
  }

  private static long bytes(String text) {
    try {
      return Sizes.parse(text);
    } catch (IllegalArgumentException e) {
      throw invalid("error parsing option max-buffer-size: " + e.getMessage());
    }
  }

  private static DriverException invalid(String message) {
    return new DriverException(DriverException.Kind.INVALID, message);
  }
}
