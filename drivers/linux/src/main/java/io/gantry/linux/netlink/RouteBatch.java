package io.gantry.linux.netlink;

import static io.gantry.linux.netlink.Rt.F_ACK;
import static io.gantry.linux.netlink.Rt.F_CREATE;
import static io.gantry.linux.netlink.Rt.F_EXCL;
import static io.gantry.linux.netlink.Rt.F_REPLACE;
import static io.gantry.linux.netlink.Rt.F_REQUEST;
import static io.gantry.linux.netlink.Rt.IFF_UP;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Changes that are sent to the kernel in one message, and done by it in this order. Not for several
 * threads.
 */
public final class RouteBatch {

  private final MessageBuffer out = new MessageBuffer();
  private final List<String> actions = new ArrayList<>();

  /**
   * Makes a bridge, up, with a hardware address of its own (6 bytes) so that it does not follow its
   * ports'.
   */
  public RouteBatch addBridge(String name, byte[] mac, int mtu) {
    begin("create bridge " + name, Rt.NEWLINK, F_CREATE | F_EXCL);
    out.link(0, IFF_UP, IFF_UP);
    out.put(Rt.IFLA_IFNAME, name).put(Rt.IFLA_ADDRESS, mac).put(Rt.IFLA_MTU, mtu);
    kind("bridge");
    return end();
  }

  /** Writes a text on a link by which its owner knows it again. */
  public RouteBatch setAlias(String name, String alias) {
    begin("set the alias of " + name, Rt.NEWLINK, 0);
    out.link(0, 0, 0);
    out.put(Rt.IFLA_IFNAME, name).put(Rt.IFLA_IFALIAS, alias);
    return end();
  }

  public RouteBatch addVeth(VethPair pair) {
    begin("create veth " + pair.name(), Rt.NEWLINK, F_CREATE | F_EXCL);
    out.link(0, 0, 0);
    out.put(Rt.IFLA_IFNAME, pair.name())
        .put(Rt.IFLA_MTU, pair.mtu())
        .put(Rt.IFLA_MASTER, pair.bridge());
    int info = out.open(Rt.IFLA_LINKINFO);
    out.put(Rt.IFLA_INFO_KIND, "veth");
    int data = out.open(Rt.IFLA_INFO_DATA);
    int peer = out.open(Rt.VETH_INFO_PEER);
    out.link(0, 0, 0);
    out.put(Rt.IFLA_IFNAME, pair.peerName())
        .put(Rt.IFLA_ADDRESS, HexFormat.ofDelimiter(":").parseHex(pair.peerMac()))
        .put(Rt.IFLA_MTU, pair.mtu())
        .put(Rt.IFLA_NET_NS_FD, pair.namespace());
    out.close(peer);
    out.close(data);
    out.close(info);
    end();
    setUpWithoutAddress(pair.name());
    return pair.isolated() ? setPort(pair.name(), Rt.BRPORT_ISOLATED, true) : this;
  }

  /** Makes an existing link a port of a bridge. */
  public RouteBatch setMaster(String port, int bridge, boolean isolated) {
    begin("make " + port + " a bridge port", Rt.NEWLINK, 0);
    out.link(0, IFF_UP, IFF_UP);
    out.put(Rt.IFLA_IFNAME, port).put(Rt.IFLA_MASTER, bridge);
    end();
    return isolated ? setPort(port, Rt.BRPORT_ISOLATED, true) : this;
  }

  /** Lets a bridge port send frames back through the port they came from. */
  public RouteBatch setHairpin(String port, boolean on) {
    return setPort(port, Rt.BRPORT_MODE, on);
  }

  private RouteBatch setPort(String port, int attribute, boolean on) {
    begin("configure bridge port " + port, Rt.NEWLINK, 0);
    out.link(0, 0, 0);
    out.put(Rt.IFLA_IFNAME, port);
    int info = out.open(Rt.IFLA_LINKINFO);
    out.put(Rt.IFLA_INFO_SLAVE_KIND, "bridge");
    int data = out.open(Rt.IFLA_INFO_SLAVE_DATA);
    out.putByte(attribute, on ? 1 : 0);
    out.close(data);
    out.close(info);
    return end();
  }

  public RouteBatch delete(String link) {
    begin("delete link " + link, Rt.DELLINK, 0);
    out.link(0, 0, 0);
    out.put(Rt.IFLA_IFNAME, link);
    return end();
  }

  public RouteBatch setUp(int link) {
    begin("set up link " + link, Rt.NEWLINK, 0);
    out.link(link, IFF_UP, IFF_UP);
    return end();
  }

  /** Adds an address that is used at once, without duplicate detection. */
  public RouteBatch addAddress(int link, InetAddress address, int prefixLength) {
    byte[] bytes = address.getAddress();
    boolean six = bytes.length == 16;
    begin("add address " + address.getHostAddress(), Rt.NEWADDR, F_CREATE | F_REPLACE);
    out.address(six ? Rt.AF_INET6 : Rt.AF_INET, prefixLength, six ? Rt.IFA_F_NODAD : 0, 0, link);
    out.put(Rt.IFA_LOCAL, bytes).put(Rt.IFA_ADDRESS, bytes);
    if (!six && prefixLength < 31) {
      byte[] broadcast = bytes.clone();
      for (int bit = prefixLength; bit < 32; bit++) {
        broadcast[bit / 8] |= (byte) (0x80 >> bit % 8);
      }
      out.put(Rt.IFA_BROADCAST, broadcast);
    }
    return end();
  }

  /** Makes the default route of the gateway's family lead to it, whatever there was before. */
  public RouteBatch defaultRoute(int link, InetAddress gateway) {
    byte[] bytes = gateway.getAddress();
    begin(
        "set the default route to " + gateway.getHostAddress(), Rt.NEWROUTE, F_CREATE | F_REPLACE);
    out.route(bytes.length == 16 ? Rt.AF_INET6 : Rt.AF_INET, 0, 0);
    out.put(Rt.RTA_OIF, link).put(Rt.RTA_GATEWAY, bytes);
    return end();
  }

  /** Makes a network reachable on the link. */
  public RouteBatch addRoute(int link, InetAddress network, int prefixLength) {
    byte[] bytes = network.getAddress();
    begin("add a route to " + network.getHostAddress(), Rt.NEWROUTE, F_CREATE | F_REPLACE);
    out.route(bytes.length == 16 ? Rt.AF_INET6 : Rt.AF_INET, prefixLength, Rt.SCOPE_LINK);
    out.put(Rt.RTA_DST, bytes).put(Rt.RTA_OIF, link);
    return end();
  }

  public boolean isEmpty() {
    return actions.isEmpty();
  }

  byte[] bytes() {
    return out.bytes();
  }

  int count() {
    return actions.size();
  }

  String action(int index) {
    return actions.get(index);
  }

  private void kind(String kind) {
    int info = out.open(Rt.IFLA_LINKINFO);
    out.put(Rt.IFLA_INFO_KIND, kind);
    out.close(info);
  }

  /**
   * The host's end forwards frames; it needs no address, and so no duplicate detection and no
   * multicast reports of its own.
   */
  private void setUpWithoutAddress(String name) {
    begin("set up link " + name, Rt.NEWLINK, 0);
    out.link(0, IFF_UP, IFF_UP);
    out.put(Rt.IFLA_IFNAME, name);
    int spec = out.open(Rt.IFLA_AF_SPEC);
    int six = out.open(Rt.AF_INET6);
    out.putByte(Rt.INET6_ADDR_GEN_MODE, Rt.ADDR_GEN_NONE);
    out.close(six);
    out.close(spec);
    end();
  }

  /** Sequence numbers are the places in the batch: the socket matches answers by them. */
  private void begin(String action, int type, int flags) {
    out.begin(type, flags | F_REQUEST | F_ACK, actions.size());
    actions.add(action);
  }

  private RouteBatch end() {
    out.end();
    return this;
  }
}
