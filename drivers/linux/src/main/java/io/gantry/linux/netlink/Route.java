package io.gantry.linux.netlink;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A route of the main table.
 *
 * @param link index of the interface it leads through; 0 when it has none
 * @param destination network; all zeros with length 0 for a default route
 * @param prefixLength of the destination
 * @param gateway the next router; empty when the destination is on the link
 */
public record Route(
    int link, InetAddress destination, int prefixLength, Optional<InetAddress> gateway) {

  public boolean isDefault() {
    return prefixLength == 0;
  }

  static Optional<Route> of(ByteBuffer body) {
    Attributes a = new Attributes(body.slice(12, body.remaining() - 12));
    int family = body.get(0);
    int table = a.integer(Rt.RTA_TABLE, Byte.toUnsignedInt(body.get(4)));
    boolean cached = (body.getInt(8) & 0x200) != 0;
    if (table != Rt.TABLE_MAIN
        || body.get(7) != Rt.UNICAST
        || cached
        || (family != Rt.AF_INET && family != Rt.AF_INET6)) {
      return Optional.empty();
    }
    try {
      byte[] destination = a.bytes(Rt.RTA_DST);
      if (destination.length == 0) {
        destination = new byte[family == Rt.AF_INET ? 4 : 16];
      }
      byte[] gateway = a.bytes(Rt.RTA_GATEWAY);
      return Optional.of(
          new Route(
              a.integer(Rt.RTA_OIF, 0),
              InetAddress.getByAddress(destination),
              Byte.toUnsignedInt(body.get(1)),
              gateway.length == 0
                  ? Optional.empty()
                  : Optional.of(InetAddress.getByAddress(gateway))));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
