package io.gantry.bridge;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.network.AddressPool;
import io.gantry.plugins.network.NetworkSpec;
import io.gantry.plugins.network.Prefix;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Completes networks that are to be made: subnets, gateways. */
final class NetworkPlanner {

  private final AddressSpace space;
  private final Wiring wiring;

  NetworkPlanner(AddressSpace space, Wiring wiring) {
    this.space = space;
    this.wiring = wiring;
  }

  /** Takes the address space for the network; the caller gives it back when this fails. */
  LiveNetwork plan(NetworkSpec wanted, Collection<LiveNetwork> others) throws IOException {
    NetworkOptions typed = NetworkOptions.of(wanted);
    for (LiveNetwork other : others) {
      String id = other.spec().id();
      if (other.options().bridge().equals(typed.bridge()) && !id.equals(wanted.id())) {
        throw new DriverException(
            Kind.FORBIDDEN,
            "cannot create network %s (%s): conflicts with network %s (%s): networks have same bridge name"
                .formatted(wanted.id(), typed.bridge(), id, other.options().bridge()));
      }
    }
    List<AddressPool> pools = new ArrayList<>();
    for (boolean six : new boolean[] {false, true}) {
      if (six ? wanted.ipv6() : wanted.ipv4()) {
        pools.add(pool(wanted, typed, six));
      }
    }
    return new LiveNetwork(wanted.withPools(pools));
  }

  private AddressPool pool(NetworkSpec wanted, NetworkOptions typed, boolean six)
      throws IOException {
    List<AddressPool> given =
        wanted.pools().stream()
            .filter(p -> p.subnet().map(Prefix::isIpv6).orElse(false) == six)
            .toList();
    if (given.size() > 1) {
      throw new DriverException(
          Kind.FORBIDDEN,
          "bridge driver doesn't support multiple IPv" + (six ? 6 : 4) + " subnets");
    }
    AddressPool pool =
        given.isEmpty()
            ? new AddressPool(Optional.empty(), Optional.empty(), Optional.empty(), Map.of())
            : given.getFirst();
    Optional<Prefix> existing = wiring.foreignBridgeAddress(typed.bridge(), six);
    if (pool.subnet().isEmpty() && existing.isPresent()) {
      pool =
          new AddressPool(
              existing.map(Prefix::network),
              pool.range(),
              pool.gateway().or(() -> existing.map(Prefix::address)),
              pool.reserved());
    }
    Prefix subnet =
        pool.subnet().isPresent()
            ? pool.subnet().get()
            : space.choose(six, wanted.id(), wiring.hostNetworks());
    if (pool.subnet().isPresent()) {
      space.take(subnet, wanted.id());
    }
    pool.reserved()
        .forEach(
            (name, address) -> {
              if (!subnet.contains(address)) {
                throw new DriverException(
                    Kind.FORBIDDEN,
                    "auxiliary address: (%s:%s) must belong to the master pool: %s"
                        .formatted(name, Prefix.text(address), subnet));
              }
            });
    InetAddress gateway =
        pool.gateway()
            .orElse(
                new AddressTable(subnet, pool.range().orElse(subnet), List.of()).next().address());
    return new AddressPool(
        Optional.of(subnet), pool.range(), Optional.of(gateway), pool.reserved());
  }
}
