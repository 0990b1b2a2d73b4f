package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.network.EndpointSettings;
import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.network.Prefix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A container's connection to one network (API v1.51, definitions/EndpointSettings). */
public record EndpointView(
    @JsonProperty("IPAMConfig") @Nullable Ipam ipam,
    @Nullable List<String> links,
    @Nullable List<String> aliases,
    String macAddress,
    @Nullable Map<String, String> driverOpts,
    int gwPriority,
    @JsonProperty("NetworkID") String networkId,
    @JsonProperty("EndpointID") String endpointId,
    String gateway,
    @JsonProperty("IPAddress") String ipAddress,
    @JsonProperty("IPPrefixLen") int ipPrefixLen,
    @JsonProperty("IPv6Gateway") String ipv6Gateway,
    @JsonProperty("GlobalIPv6Address") String globalIpv6Address,
    @JsonProperty("GlobalIPv6PrefixLen") int globalIpv6PrefixLen,
    @JsonProperty("DNSNames") @Nullable List<String> dnsNames) {

  /** What was asked of address management. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Ipam(
      @JsonProperty("IPv4Address") String ipv4Address,
      @JsonProperty("IPv6Address") String ipv6Address,
      @JsonProperty("LinkLocalIPs") List<String> linkLocalIps) {}

  /**
   * @param networkId empty when it is not known yet
   * @param attachment what it has; empty while the container does not run
   * @param dnsNames its names in the network; empty on predefined networks
   */
  public static EndpointView of(
      EndpointSettings settings,
      String networkId,
      Optional<Attachment> attachment,
      List<String> dnsNames) {
    boolean asked =
        !settings.ipv4Address().isEmpty()
            || !settings.ipv6Address().isEmpty()
            || !settings.linkLocalIps().isEmpty();
    return new EndpointView(
        asked
            ? new Ipam(settings.ipv4Address(), settings.ipv6Address(), settings.linkLocalIps())
            : null,
        orNull(settings.links()),
        orNull(settings.aliases()),
        attachment.map(Attachment::mac).orElse(settings.macAddress()),
        settings.driverOpts().isEmpty() ? null : settings.driverOpts(),
        settings.gwPriority(),
        networkId,
        attachment.map(Attachment::endpointId).orElse(""),
        attachment.flatMap(Attachment::gateway4).map(Prefix::text).orElse(""),
        attachment.flatMap(Attachment::ipv4).map(p -> Prefix.text(p.address())).orElse(""),
        attachment.flatMap(Attachment::ipv4).map(p -> p.length()).orElse(0),
        attachment.flatMap(Attachment::gateway6).map(Prefix::text).orElse(""),
        attachment.flatMap(Attachment::ipv6).map(p -> Prefix.text(p.address())).orElse(""),
        attachment.flatMap(Attachment::ipv6).map(p -> p.length()).orElse(0),
        orNull(dnsNames));
  }

  private static @Nullable List<String> orNull(List<String> list) {
    return list.isEmpty() ? null : list;
  }
}
