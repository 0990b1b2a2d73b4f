package io.gantry.api;

import io.gantry.api.http.ApiVersion;
import io.gantry.error.EngineException;
import io.gantry.network.EndpointSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a new container asks of its networks, at the API version of the client: what is said of the
 * whole container, its MAC address and the kernel parameters of {@code eth0}, is meant for its main
 * network. For one request.
 */
final class EndpointOptions {

  /** Since this version a container can be connected to several networks when it is created. */
  private static final int SEVERAL_NETWORKS = 44;

  /** Since this version networks have priorities, and the parameters of interfaces their place. */
  private static final int PRIORITIES = 48;

  private static final String SYSCTLS = "com.docker.network.endpoint.sysctls";
  private static final String UNCLEAR =
      "HostConfig.NetworkMode must match the identity of a network in NetworkSettings.Networks";

  private final ApiVersion version;
  private final String mode;
  private final Map<String, EndpointSettings> endpoints = new LinkedHashMap<>();
  private final List<String> warnings;

  /**
   * @param mode network mode
   * @param given by network
   * @param warnings what the client is told is added here
   */
  EndpointOptions(
      ApiVersion version, String mode, Map<String, EndpointSettings> given, List<String> warnings) {
    if (version.before(SEVERAL_NETWORKS) && given.size() > 1) {
      throw EngineException.invalid(
          "Container cannot be created with multiple network endpoints: "
              + String.join(", ", given.keySet()));
    }
    this.version = version;
    this.mode = isDefault(mode) ? "bridge" : mode;
    this.warnings = warnings;
    given.forEach(
        (network, settings) ->
            endpoints.put(
                isDefault(mode) && network.equals("default") ? this.mode : network,
                version.before(PRIORITIES) ? settings.withGwPriority(0) : settings));
  }

  private static boolean isDefault(String mode) {
    return mode.isEmpty() || mode.equals("default");
  }

  Map<String, EndpointSettings> all() {
    return endpoints;
  }

  /**
   * @param mac of the container; may be empty
   */
  void macAddress(String mac) {
    boolean networked = !mode.equals("host") && !mode.equals("none") && !isShared();
    if (version.before(SEVERAL_NETWORKS)) {
      if (!mac.isEmpty() && !networked) {
        throw EngineException.invalid("conflicting options: mac-address and the network mode");
      }
      if (mac.isEmpty()) {
        endpoints.replaceAll((network, settings) -> settings.withMacAddress(""));
      } else {
        String main = main("");
        endpoints.put(main, settings(main).withMacAddress(mac));
      }
      return;
    }
    if (mac.isEmpty()) {
      return;
    }
    if (networked) {
      String main = main("unable to migrate container-wide MAC address to a specific network: ");
      String own = settings(main).macAddress();
      if (!own.isEmpty() && !own.equals(mac)) {
        throw EngineException.invalid(
            "the container-wide MAC address must match the endpoint-specific MAC address for the"
                + " main network, or be left empty");
      }
      endpoints.put(main, settings(main).withMacAddress(mac));
    }
    warnings.add(
        "The container-wide MacAddress field is now deprecated. It should be specified in"
            + " EndpointsConfig instead.");
  }

  private boolean isShared() {
    return mode.equals("container") || mode.startsWith("container:");
  }

  private EndpointSettings settings(String network) {
    return endpoints.getOrDefault(network, EndpointSettings.NONE);
  }

  /**
   * The network that what is said of the container is meant for.
   *
   * @param prefix of the error where nobody can tell
   */
  private String main(String prefix) {
    if (endpoints.isEmpty() || endpoints.containsKey(mode)) {
      return mode;
    }
    if (version.before(SEVERAL_NETWORKS)) {
      return endpoints.keySet().iterator().next();
    }
    throw EngineException.invalid(prefix + UNCLEAR);
  }

  /**
   * Gives the main network the parameters of its interface, which is not there yet when the others
   * are set.
   *
   * @param sysctls of the container
   * @return the others
   */
  Map<String, String> withoutSysctls(Map<String, String> sysctls) {
    if (mode.equals("host") || isShared()) {
      return sysctls;
    }
    Map<String, String> rest = new LinkedHashMap<>();
    List<String> moved = new ArrayList<>();
    List<String> meant = new ArrayList<>();
    String main = "";
    for (Map.Entry<String, String> sysctl : sysctls.entrySet()) {
      String name = sysctl.getKey();
      String[] parts = name.split("\\.", 5);
      if (parts.length < 5 || !parts[0].equals("net") || !parts[3].startsWith("eth")) {
        rest.put(name, sysctl.getValue());
        continue;
      }
      if (version.atLeast(PRIORITIES)) {
        throw EngineException.system(
            "interface specific sysctl setting \"%s\" must be supplied using driver option '%s'"
                .formatted(name, SYSCTLS),
            null);
      }
      main = main("unable to find a network for sysctl " + name + ": ");
      if (!parts[3].equals("eth0")) {
        throw EngineException.system(
            "unable to determine network endpoint for sysctl %s, use driver option '%s' to set per-interface sysctls"
                .formatted(name, SYSCTLS),
            null);
      }
      moved.add(name);
      meant.add(
          "net.%s.%s.IFNAME.%s=%s".formatted(parts[1], parts[2], parts[4], sysctl.getValue()));
    }
    if (!moved.isEmpty()) {
      move(main, String.join(",", moved), String.join(",", meant));
    }
    return rest;
  }

  /** What the endpoint has of its own comes last, and so counts. */
  private void move(String network, String names, String meant) {
    warnings.add(
        "Migrated sysctl \"%s\" to DriverOpts{\"%s\":\"%s\"}.".formatted(names, SYSCTLS, meant));
    Map<String, String> options = new LinkedHashMap<>(settings(network).driverOpts());
    options.merge(SYSCTLS, meant, (own, migrated) -> migrated + "," + own);
    endpoints.put(network, settings(network).withDriverOpts(options));
  }
}
