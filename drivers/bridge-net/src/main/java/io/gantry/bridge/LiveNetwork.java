package io.gantry.bridge;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.network.AddressPool;
import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.network.NetworkSpec;
import io.gantry.plugins.network.Passage;
import io.gantry.plugins.network.Prefix;
import io.gantry.plugins.network.PublishedPort;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** A network the driver works on: its addresses and its endpoints. Thread-safe. */
final class LiveNetwork {

  /** What an endpoint has. */
  record LiveEndpoint(Attachment attachment, List<PublishedPort> ports, List<Passage> passages) {

    LiveEndpoint with(List<PublishedPort> published) {
      return new LiveEndpoint(attachment, published, passages);
    }
  }

  /** Name of a reserved address, as Docker has it, with the family's number after it. */
  private static final String ROUTER = "DefaultGatewayIPv";

  private final NetworkSpec spec;
  private final NetworkOptions options;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, LiveEndpoint> endpoints = new ConcurrentHashMap<>();
  private final Optional<AddressTable> ipv4;
  private final Optional<AddressTable> ipv6;

  /**
   * @param spec planned: with subnets and gateways
   */
  LiveNetwork(NetworkSpec spec) {
    this.spec = spec;
    this.options = NetworkOptions.of(spec);
    this.ipv4 = table(false);
    this.ipv6 = table(true);
  }

  private Optional<AddressTable> table(boolean six) {
    return pool(six)
        .map(
            pool -> {
              Prefix subnet = pool.subnet().orElseThrow();
              List<InetAddress> reserved = new ArrayList<>();
              pool.gateway().ifPresent(reserved::add);
              pool.reserved()
                  .forEach(
                      (name, address) -> {
                        if (reserved.contains(address)) {
                          throw new DriverException(
                              Kind.SYSTEM,
                              "failed to allocate secondary ip address (%s:%s): Address already in use"
                                  .formatted(name, Prefix.text(address)));
                        }
                        reserved.add(address);
                      });
              return new AddressTable(subnet, pool.range().orElse(subnet), reserved);
            });
  }

  NetworkSpec spec() {
    return spec;
  }

  NetworkOptions options() {
    return options;
  }

  Map<String, LiveEndpoint> endpoints() {
    return endpoints;
  }

  List<Prefix> subnets() {
    return spec.pools().stream().flatMap(p -> p.subnet().stream()).toList();
  }

  /** The router's address with the subnet's length. */
  Optional<Prefix> gateway(boolean six) {
    return pool(six)
        .flatMap(p -> p.gateway().map(g -> new Prefix(g, p.subnet().orElseThrow().length())));
  }

  /**
   * Where containers send what leaves the network: the bridge, unless the administrator named
   * another router.
   */
  Optional<InetAddress> router(boolean six) {
    return pool(six)
        .flatMap(p -> Optional.ofNullable(p.reserved().get(ROUTER + (six ? 6 : 4))).or(p::gateway));
  }

  private Optional<AddressPool> pool(boolean six) {
    return spec.pools().stream()
        .filter(p -> p.subnet().isPresent() && p.subnet().get().isIpv6() == six)
        .findFirst();
  }

  /** An endpoint's addresses. */
  record Addresses(Optional<Prefix> ipv4, Optional<Prefix> ipv6) {}

  /** Takes the addresses that are asked for, or the next free ones; both or none. */
  Addresses allocate(Optional<InetAddress> wanted4, Optional<InetAddress> wanted6) {
    lock.lock();
    try {
      Optional<Prefix> four = take(ipv4, wanted4);
      try {
        return new Addresses(four, take(ipv6, wanted6));
      } catch (DriverException e) {
        release(four);
        throw e;
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes over an endpoint that is there already, whether or not its addresses could be had.
   *
   * @return why they could not; then they become free only with the last endpoint that has them
   */
  Optional<DriverException> adopt(LiveEndpoint endpoint) {
    Attachment attachment = endpoint.attachment();
    lock.lock();
    try {
      if (endpoints.putIfAbsent(attachment.endpointId(), endpoint) != null) {
        return Optional.empty();
      }
      Optional<DriverException> four = adopt(ipv4, attachment.ipv4());
      Optional<DriverException> six = adopt(ipv6, attachment.ipv6());
      return four.or(() -> six);
    } finally {
      lock.unlock();
    }
  }

  private static Optional<DriverException> adopt(
      Optional<AddressTable> table, Optional<Prefix> address) {
    try {
      if (address.isPresent()) {
        take(table, address.map(Prefix::address));
      }
      return Optional.empty();
    } catch (DriverException e) {
      return Optional.of(e);
    }
  }

  private static Optional<Prefix> take(Optional<AddressTable> table, Optional<InetAddress> wanted) {
    if (table.isEmpty() && wanted.isPresent()) {
      throw new DriverException(
          Kind.INVALID,
          "no configured subnet contains the IP address " + Prefix.text(wanted.get()));
    }
    return table.map(t -> wanted.map(t::take).orElseGet(t::next));
  }

  /** The addresses become free, but for one that an endpoint has. */
  void release(Addresses addresses) {
    lock.lock();
    try {
      release(addresses.ipv4().filter(address -> !isUsed(address)));
      release(addresses.ipv6().filter(address -> !isUsed(address)));
    } finally {
      lock.unlock();
    }
  }

  private boolean isUsed(Prefix address) {
    return endpoints.values().stream()
        .map(LiveEndpoint::attachment)
        .anyMatch(
            a -> (address.isIpv6() ? a.ipv6() : a.ipv4()).filter(address::equals).isPresent());
  }

  private void release(Optional<Prefix> address) {
    address.ifPresent(
        a -> (a.isIpv6() ? ipv6 : ipv4).ifPresent(table -> table.release(a.address())));
  }
}
