package io.gantry.network.dns;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which names containers have in each network. A name may belong to several: an alias is a group.
 * Thread-safe; lookups take no lock.
 */
public final class NameTable {

  /** An endpoint's addresses and the name that stands for it in answers to reverse queries. */
  private record Host(String name, List<InetAddress> addresses) {}

  private static final class Zone {
    private final String name;
    private final Map<String, Map<String, Host>> byName = new ConcurrentHashMap<>();
    private final Map<InetAddress, String> byAddress = new ConcurrentHashMap<>();

    private Zone(String name) {
      this.name = name;
    }
  }

  private final Map<String, Zone> zones = new ConcurrentHashMap<>();

  /**
   * @param endpointId whose names these are; a second call for it adds names
   * @param names the first is the container's
   */
  public void add(
      String networkId,
      String networkName,
      String endpointId,
      List<String> names,
      List<InetAddress> addresses) {
    if (names.isEmpty() || addresses.isEmpty()) {
      return;
    }
    Zone zone =
        zones.computeIfAbsent(networkId, id -> new Zone(networkName.toLowerCase(Locale.ROOT)));
    Host host = new Host(names.getFirst(), List.copyOf(addresses));
    for (String name : names) {
      zone.byName.merge(
          name.toLowerCase(Locale.ROOT),
          Map.of(endpointId, host),
          (old, added) -> {
            Map<String, Host> both = new LinkedHashMap<>(old);
            both.putAll(added);
            return Collections.unmodifiableMap(both);
          });
    }
    addresses.forEach(a -> zone.byAddress.put(a, host.name));
  }

  public void remove(String networkId, String endpointId) {
    Zone zone = zones.get(networkId);
    if (zone == null) {
      return;
    }
    for (String name : zone.byName.keySet()) {
      zone.byName.computeIfPresent(
          name,
          (n, hosts) -> {
            Host gone = hosts.get(endpointId);
            if (gone == null) {
              return hosts;
            }
            gone.addresses.forEach(a -> zone.byAddress.remove(a, gone.name));
            Map<String, Host> rest = new LinkedHashMap<>(hosts);
            rest.remove(endpointId);
            return rest.isEmpty() ? null : Collections.unmodifiableMap(rest);
          });
    }
  }

  /** The network is gone. */
  public void removeNetwork(String networkId) {
    zones.remove(networkId);
  }

  /**
   * The addresses of a name, or of {@code name.network}, in some networks; empty when none of them
   * has it. Shuffled: round robin.
   */
  List<InetAddress> addresses(String name, Iterable<String> networkIds) {
    List<InetAddress> found = new ArrayList<>();
    for (String id : networkIds) {
      Zone zone = zones.get(id);
      if (zone != null) {
        Map<String, Host> hosts = zone.byName.get(name);
        if (hosts == null && name.endsWith("." + zone.name)) {
          hosts = zone.byName.get(name.substring(0, name.length() - zone.name.length() - 1));
        }
        if (hosts != null) {
          hosts.values().forEach(h -> found.addAll(h.addresses));
        }
      }
    }
    Collections.shuffle(found);
    return found;
  }

  /** {@code name.network} of an address in one of the networks. */
  Optional<String> name(InetAddress address, Iterable<String> networkIds) {
    for (String id : networkIds) {
      Zone zone = zones.get(id);
      String name = zone == null ? null : zone.byAddress.get(address);
      if (zone != null && name != null) {
        return Optional.of(name + "." + zone.name);
      }
    }
    return Optional.empty();
  }
}
