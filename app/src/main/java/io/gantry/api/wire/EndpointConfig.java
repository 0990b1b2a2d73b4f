package io.gantry.api.wire;

import io.gantry.network.EndpointSettings;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a client asks of an endpoint (the configurable half of API v1.51, EndpointSettings). */
@GoName("network.EndpointSettings")
public record EndpointConfig(
    @Nullable Ipam ipamConfig,
    @Nullable List<String> links,
    @Nullable List<String> aliases,
    @Nullable String macAddress,
    @Nullable Map<String, String> driverOpts,
    int gwPriority) {

  /** {@code IPAMConfig}. */
  @GoName("network.EndpointIPAMConfig")
  public record Ipam(
      @Nullable String ipv4Address,
      @Nullable String ipv6Address,
      @Nullable List<String> linkLocalIPs) {}

  static EndpointSettings settings(@Nullable EndpointConfig config) {
    if (config == null) {
      return EndpointSettings.NONE;
    }
    Ipam ipam = config.ipamConfig;
    return new EndpointSettings(
        ipam == null ? "" : orEmpty(ipam.ipv4Address),
        ipam == null ? "" : orEmpty(ipam.ipv6Address),
        ipam == null ? List.of() : orEmpty(ipam.linkLocalIPs),
        orEmpty(config.links),
        orEmpty(config.aliases),
        orEmpty(config.macAddress),
        config.driverOpts == null ? Map.of() : config.driverOpts,
        config.gwPriority);
  }

  private static String orEmpty(@Nullable String text) {
    return Objects.requireNonNullElse(text, "");
  }

  private static List<String> orEmpty(@Nullable List<String> list) {
    return Objects.requireNonNullElse(list, List.of());
  }
}
