package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.network.CreateNetwork;
import io.gantry.network.EndpointSettings;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The body of {@code POST /networks/create} (API v1.51). */
@GoName("network.CreateRequest")
public record NetworkRequest(
    @Nullable String name,
    @Nullable String driver,
    @Nullable String scope,
    @JsonProperty("EnableIPv4") @Nullable Boolean enableIPv4,
    @JsonProperty("EnableIPv6") @Nullable Boolean enableIPv6,
    @JsonProperty("IPAM") @Nullable Ipam ipam,
    boolean internal,
    boolean attachable,
    boolean ingress,
    boolean configOnly,
    @Nullable ConfigFrom configFrom,
    @Nullable Map<String, String> options,
    @Nullable Map<String, String> labels) {

  /** {@code IPAM}. */
  @GoName("network.IPAM")
  public record Ipam(
      @Nullable String driver,
      @Nullable Map<String, String> options,
      @Nullable List<Pool> config) {}

  /** An element of {@code IPAM.Config}. */
  @GoName("network.IPAMConfig")
  public record Pool(
      @Nullable String subnet,
      @JsonProperty("IPRange") @Nullable String ipRange,
      @Nullable String gateway,
      @Nullable Map<String, String> auxiliaryAddresses) {

    private CreateNetwork.Pool pool() {
      return new CreateNetwork.Pool(
          orEmpty(subnet), orEmpty(ipRange), orEmpty(gateway), orEmpty(auxiliaryAddresses));
    }
  }

  /** {@code ConfigFrom}. */
  @GoName("network.ConfigReference")
  public record ConfigFrom(@Nullable String network) {}

  /** The body of {@code POST /networks/{id}/connect}. */
  @GoName("network.ConnectOptions")
  public record Connect(@Nullable String container, @Nullable EndpointConfig endpointConfig) {
    public EndpointSettings settings() {
      return EndpointConfig.settings(endpointConfig);
    }
  }

  /** The body of {@code POST /networks/{id}/disconnect}. */
  @GoName("network.DisconnectOptions")
  public record Disconnect(@Nullable String container, boolean force) {}

  /**
   * What is asked for.
   *
   * @param ipv4Chosen whether the client's version lets it choose whether the network has IPv4
   */
  public CreateNetwork request(boolean ipv4Chosen) {
    return new CreateNetwork(
        orEmpty(name),
        orEmpty(driver),
        orEmpty(scope),
        internal,
        attachable,
        ingress,
        configOnly,
        configFrom == null ? "" : orEmpty(configFrom.network),
        ipv4Chosen ? enableIPv4 : null,
        Boolean.TRUE.equals(enableIPv6),
        ipam == null ? "" : orEmpty(ipam.driver),
        ipam == null ? Map.of() : orEmpty(ipam.options),
        ipam == null || ipam.config == null
            ? List.of()
            : ipam.config.stream().map(Pool::pool).toList(),
        orEmpty(options),
        orEmpty(labels));
  }

  private static String orEmpty(@Nullable String text) {
    return Objects.requireNonNullElse(text, "");
  }

  private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
    return Objects.requireNonNullElse(map, Map.of());
  }
}
