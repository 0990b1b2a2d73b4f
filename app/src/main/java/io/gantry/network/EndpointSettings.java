package io.gantry.network;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a user asks of a container's connection to one network (the configurable half of API v1.51,
 * definitions/EndpointSettings). Kept in the container's record.
 *
 * @param ipv4Address wanted; empty takes the next free one
 * @param ipv6Address likewise
 * @param linkLocalIps more addresses of the interface
 * @param links {@code container:alias}
 * @param aliases more names in the network's DNS
 * @param macAddress wanted; empty lets the driver choose
 * @param driverOpts options of the network driver for this endpoint
 * @param gwPriority the network with the highest one gives the default route
 */
public record EndpointSettings(
    String ipv4Address,
    String ipv6Address,
    List<String> linkLocalIps,
    List<String> links,
    List<String> aliases,
    String macAddress,
    Map<String, String> driverOpts,
    int gwPriority) {

  /** Nothing in particular is asked for. */
  public static final EndpointSettings NONE =
      new EndpointSettings("", "", List.of(), List.of(), List.of(), "", Map.of(), 0);

  public EndpointSettings {
    ipv4Address = orEmpty(ipv4Address);
    ipv6Address = orEmpty(ipv6Address);
    linkLocalIps = orEmpty(linkLocalIps);
    links = orEmpty(links);
    aliases = orEmpty(aliases);
    macAddress = orEmpty(macAddress);
    driverOpts =
        driverOpts == null
            ? Map.of()
            : Collections.unmodifiableMap(new LinkedHashMap<>(driverOpts));
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static List<String> orEmpty(@Nullable List<String> list) {
    return list == null ? List.of() : List.copyOf(list);
  }

  public EndpointSettings withMacAddress(String other) {
    return new EndpointSettings(
        ipv4Address, ipv6Address, linkLocalIps, links, aliases, other, driverOpts, gwPriority);
  }

  public EndpointSettings withDriverOpts(Map<String, String> others) {
    return new EndpointSettings(
        ipv4Address, ipv6Address, linkLocalIps, links, aliases, macAddress, others, gwPriority);
  }

  public EndpointSettings withGwPriority(int other) {
    return new EndpointSettings(
        ipv4Address, ipv6Address, linkLocalIps, links, aliases, macAddress, driverOpts, other);
  }

  public EndpointSettings withAliases(List<String> others) {
    return new EndpointSettings(
        ipv4Address, ipv6Address, linkLocalIps, links, others, macAddress, driverOpts, gwPriority);
  }
}
