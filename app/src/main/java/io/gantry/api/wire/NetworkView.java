package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.network.Network;
import io.gantry.network.NetworkService.Details;
import io.gantry.plugins.network.AddressPool;
import io.gantry.plugins.network.Prefix;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonSerialize;

/** A network (API v1.51, definitions/Network). */
public record NetworkView(
    String name,
    String id,
    Instant created,
    String scope,
    String driver,
    @JsonProperty("EnableIPv4") boolean enableIpv4,
    @JsonProperty("EnableIPv6") boolean enableIpv6,
    @JsonProperty("IPAM") Ipam ipam,
    boolean internal,
    boolean attachable,
    boolean ingress,
    ConfigFrom configFrom,
    boolean configOnly,
    Map<String, Member> containers,
    Map<String, String> options,
    Map<String, String> labels) {

  /** {@code IPAM}. */
  public record Ipam(
      String driver,
      @Nullable Map<String, String> options,
      @JsonSerialize(using = NullIfEmpty.class) List<Pool> config) {}

  /** An element of {@code IPAM.Config}. */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Pool(
      String subnet,
      @JsonProperty("IPRange") String ipRange,
      String gateway,
      Map<String, String> auxiliaryAddresses) {

    static Pool of(AddressPool pool) {
      Map<String, String> reserved = new LinkedHashMap<>();
      pool.reserved().forEach((name, address) -> reserved.put(name, Prefix.text(address)));
      return new Pool(
          text(pool.subnet()),
          text(pool.range()),
          pool.gateway().map(Prefix::text).orElse(""),
          reserved);
    }
  }

  /** {@code ConfigFrom}. */
  public record ConfigFrom(String network) {}

  /** A running container in the network. */
  public record Member(
      String name,
      @JsonProperty("EndpointID") String endpointId,
      String macAddress,
      @JsonProperty("IPv4Address") String ipv4Address,
      @JsonProperty("IPv6Address") String ipv6Address) {

    static Member of(Details.Member member) {
      var attachment = member.endpoint().attachment();
      return new Member(
          member.containerName(),
          attachment.endpointId(),
          attachment.mac(),
          text(attachment.ipv4()),
          text(attachment.ipv6()));
    }
  }

  /** Without its containers, as in lists. */
  public static NetworkView of(Network network) {
    return of(network, Map.of());
  }

  public static NetworkView of(Details details) {
    Map<String, Member> members = new LinkedHashMap<>();
    for (Details.Member member : details.members()) {
      members.put(member.containerId(), Member.of(member));
    }
    return of(details.network(), members);
  }

  private static NetworkView of(Network network, Map<String, Member> members) {
    Map<String, String> ipamOptions = network.ipam().options();
    return new NetworkView(
        network.name(),
        network.id(),
        network.created(),
        "local",
        network.driver(),
        network.spec().ipv4(),
        network.spec().ipv6(),
        new Ipam(
            network.ipam().driver(),
            ipamOptions.isEmpty() ? null : ipamOptions,
            network.spec().pools().stream().map(Pool::of).toList()),
        network.spec().internal(),
        network.attachable(),
        false,
        new ConfigFrom(network.configFrom()),
        network.configOnly(),
        members,
        network.spec().options(),
        network.labels());
  }

  private static String text(Optional<Prefix> prefix) {
    return prefix.map(p -> Prefix.text(p.address()) + "/" + p.length()).orElse("");
  }
}
