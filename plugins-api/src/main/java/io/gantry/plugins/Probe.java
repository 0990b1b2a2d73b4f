package io.gantry.plugins;

/**
 * Whether a driver can work on this host.
 *
 * @param usable whether it can
 * @param reason why not; empty when it can
 */
public record Probe(boolean usable, String reason) {

  public static Probe yes() {
    return new Probe(true, "");
  }

  public static Probe no(String reason) {
    return new Probe(false, reason);
  }
}
