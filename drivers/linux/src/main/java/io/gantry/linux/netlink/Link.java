package io.gantry.linux.netlink;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * A network interface.
 *
 * @param index in its namespace
 * @param name at most 15 characters
 * @param kind of a virtual interface: {@code bridge}, {@code veth}; empty for others
 * @param mac hardware address in colon notation; empty if it has none
 * @param mtu in bytes
 * @param master index of the bridge it is a port of; 0 for none
 * @param alias the text an administrator or an engine left on it; empty for none
 * @param up whether it was set up
 */
public record Link(
    int index,
    String name,
    String kind,
    String mac,
    int mtu,
    int master,
    String alias,
    boolean up) {

  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  static Link of(ByteBuffer body) {
    int index = body.getInt(4);
    int flags = body.getInt(8);
    Attributes a = new Attributes(body.slice(16, body.remaining() - 16));
    return new Link(
        index,
        a.text(Rt.IFLA_IFNAME),
        a.nested(Rt.IFLA_LINKINFO).text(Rt.IFLA_INFO_KIND),
        COLONS.formatHex(a.bytes(Rt.IFLA_ADDRESS)),
        a.integer(Rt.IFLA_MTU, 0),
        a.integer(Rt.IFLA_MASTER, 0),
        a.text(Rt.IFLA_IFALIAS),
        (flags & Rt.IFF_UP) != 0);
  }
}
