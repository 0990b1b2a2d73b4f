package io.gantry.network;

import java.util.Set;

/** The networks that are always there. */
final class Predefined {

  static final String BRIDGE = "bridge";
  static final String HOST = "host";
  static final String NONE = "none";

  static final Set<String> NAMES = Set.of(BRIDGE, HOST, NONE);

  private Predefined() {}

  /**
   * A container's network mode as a network's name; {@code default} and nothing are the default
   * bridge.
   */
  static String network(String mode) {
    return mode.isEmpty() || mode.equals("default") ? BRIDGE : mode;
  }
}
