package io.gantry.network;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request to make a network ({@code POST /networks/create}), as the client sent it: nothing is
 * checked yet.
 *
 * @param driver empty is {@code bridge}
 * @param scope empty is {@code local}
 * @param enableIpv4 null is true
 * @param ipamDriver empty is {@code default}
 */
public record CreateNetwork(
    String name,
    String driver,
    String scope,
    boolean internal,
    boolean attachable,
    boolean ingress,
    boolean configOnly,
    String configFrom,
    @Nullable Boolean enableIpv4,
    boolean enableIpv6,
    String ipamDriver,
    Map<String, String> ipamOptions,
    List<Pool> pools,
    Map<String, String> options,
    Map<String, String> labels) {

  /** An element of {@code IPAM.Config}; what is absent is empty. */
  public record Pool(
      String subnet, String ipRange, String gateway, Map<String, String> auxiliaryAddresses) {}
}
