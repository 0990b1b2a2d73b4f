package io.gantry.bridge;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.network.Prefix;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Which addresses of one subnet are taken. Gives the lowest free one of its range. Not for several
 * threads: its network's lock guards it.
 *
 * <p>The first address of a subnet is never given (the network, or IPv6's subnet-router anycast),
 * nor the last of an IPv4 subnet (broadcast); subnets of one or two addresses have neither.
 */
final class AddressTable {

  private final Prefix subnet;
  private final Prefix range;
  private final Set<InetAddress> taken = new HashSet<>();
  private final long last;

  /** No address of the range below this offset is free. */
  private long lowest;

  /**
   * @param range the part of the subnet that addresses are given from
   * @param reserved addresses that are never given
   */
  AddressTable(Prefix subnet, Prefix range, Collection<InetAddress> reserved) {
    this.subnet = subnet.network();
    this.range = range.network();
    int bits = width() - range.length();
    last = bits >= 62 ? Long.MAX_VALUE >> 1 : (1L << bits) - 1;
    taken.addAll(reserved);
    if (width() - subnet.length() > 1) {
      taken.add(this.subnet.address());
      if (!subnet.isIpv6()) {
        taken.add(at(this.subnet, (1L << (width() - subnet.length())) - 1));
      }
    }
  }

  /** Takes the lowest free address of the range. */
  Prefix next() {
    for (long offset = lowest; offset <= last; offset++) {
      InetAddress address = at(range, offset);
      if (taken.add(address)) {
        lowest = offset + 1;
        return new Prefix(address, subnet.length());
      }
    }
    throw new DriverException(
        Kind.SYSTEM,
        "no available IPv"
            + (subnet.isIpv6() ? 6 : 4)
            + " addresses on this network's address pools: "
            + range);
  }

  /** Takes the address; it need not be in the range. */
  Prefix take(InetAddress address) {
    if (!subnet.contains(address)) {
      throw new DriverException(
          Kind.INVALID, "no configured subnet contains the IP address " + Prefix.text(address));
    }
    if (!taken.add(address)) {
      throw new DriverException(Kind.FORBIDDEN, "Address already in use");
    }
    return new Prefix(address, subnet.length());
  }

  void release(InetAddress address) {
    if (taken.remove(address) && range.contains(address)) {
      lowest = Math.min(lowest, offset(address));
    }
  }

  private int width() {
    return subnet.isIpv6() ? 128 : 32;
  }

  private long offset(InetAddress address) {
    byte[] a = address.getAddress();
    byte[] base = range.address().getAddress();
    long offset = 0;
    for (int i = 0; i < a.length; i++) {
      offset = (offset << 8) | ((a[i] ^ base[i]) & 0xff);
    }
    return offset;
  }

  private static InetAddress at(Prefix base, long offset) {
    byte[] b = base.address().getAddress();
    long rest = offset;
    for (int i = b.length - 1; i >= 0 && rest != 0; i--) {
      b[i] |= (byte) rest;
      rest >>>= 8;
    }
    try {
      return InetAddress.getByAddress(b);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
