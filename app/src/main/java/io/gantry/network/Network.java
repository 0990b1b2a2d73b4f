package io.gantry.network;

import io.gantry.plugins.network.NetworkSpec;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A network; immutable (API v1.51, definitions/Network).
 *
 * @param spec id, name, options, address pools: what the driver knows
 * @param driver {@code bridge}, {@code host}, {@code null}, or a plugin's
 * @param created when
 * @param ipam what was asked of address management
 * @param attachable kept for clients, as Docker does for local networks
 * @param configOnly only a template for other networks
 * @param configFrom the network this one took its configuration from; empty for none
 * @param labels user labels
 */
public record Network(
    NetworkSpec spec,
    String driver,
    Instant created,
    Ipam ipam,
    boolean attachable,
    boolean configOnly,
    String configFrom,
    Map<String, String> labels) {

  /**
   * Address management.
   *
   * @param driver {@code default}
   * @param options of that driver
   * @param userSubnet whether the user named a subnet, so that fixed addresses may be asked for
   */
  public record Ipam(String driver, Map<String, String> options, boolean userSubnet) {
    public Ipam {
      options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }
  }

  public Network {
    labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
  }

  public String id() {
    return spec.id();
  }

  public String name() {
    return spec.name();
  }

  /** Whether it is one of {@code bridge}, {@code host} and {@code none}, which are always there. */
  public boolean isPredefined() {
    return Predefined.NAMES.contains(name());
  }
}
