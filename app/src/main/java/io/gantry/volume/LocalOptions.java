package io.gantry.volume;

import io.gantry.plugins.DriverException;
import io.gantry.units.Sizes;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a volume of the local driver is mounted from: the options {@code type}, {@code o} and {@code
 * device} of {@code docker volume create}.
 *
 * @param type file system, for instance nfs; {@code none} with a bind
 * @param options as {@code mount -o}
 * @param device what is mounted
 */
record LocalOptions(String type, String options, String device) {

  /** A plain directory. */
  static final LocalOptions NONE = new LocalOptions("", "", "");

  /**
   * @throws DriverException INVALID in Docker's words
   */
  static LocalOptions parse(Map<String, String> options) {
    if (options.isEmpty()) {
      return NONE;
    }
    options.forEach(
        (name, value) -> {
          switch (name) {
            case "type", "o", "device" -> {}
            case "size" -> throw size(value);
            default -> throw invalid("invalid option: \"" + name + "\"");
          }
        });
    String device = required(options, "device");
    return new LocalOptions(required(options, "type"), options.getOrDefault("o", ""), device);
  }

  private static String required(Map<String, String> options, String name) {
    String value = options.get(name);
    if (value == null) {
      throw invalid("missing required option: \"" + name + "\"");
    }
    return value;
  }

  private static DriverException size(String value) {
    try {
      Sizes.parse(value);
    } catch (IllegalArgumentException e) {
      return invalid(String.valueOf(e.getMessage()));
    }
    return invalid("quota size requested but no quota support");
  }

  /** For {@code mount(2)}: what {@code mount(8)} calls none is a bind here. */
  String mountType() {
    return type.equals("none") || type.isEmpty() ? "bind" : type;
  }

  boolean needsMount() {
    return !device.isEmpty() || !type.isEmpty();
  }

  /**
   * For {@code mount(2)}, which knows addresses only.
   *
   * @throws DriverException when a name in {@code addr=} cannot be resolved
   */
  List<String> resolvedOptions() {
    List<String> resolved = new ArrayList<>();
    for (String option : options.split(",")) {
      boolean address =
          option.startsWith("addr=") && (type.startsWith("nfs") || type.equals("cifs"));
      if (!option.isEmpty()) {
        resolved.add(address ? "addr=" + resolve(option.substring(5)) : option);
      }
    }
    return resolved;
  }

  private static String resolve(String host) {
    try {
      return InetAddress.getByName(host).getHostAddress();
    } catch (UnknownHostException e) {
      throw new DriverException(
          DriverException.Kind.SYSTEM,
          "error resolving passed in network volume address: " + host,
          e);
    }
  }

  private static DriverException invalid(String message) {
    return new DriverException(DriverException.Kind.INVALID, message);
  }
}
