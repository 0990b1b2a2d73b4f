package io.gantry.linux.netlink;

/** Numbers of {@code linux/rtnetlink.h}, {@code linux/if_link.h}, {@code linux/if_addr.h}. */
final class Rt {

  static final int NEWLINK = 16;
  static final int DELLINK = 17;
  static final int GETLINK = 18;
  static final int NEWADDR = 20;
  static final int GETADDR = 22;
  static final int NEWROUTE = 24;
  static final int GETROUTE = 26;

  static final int F_REQUEST = 0x1;
  static final int F_ACK = 0x4;
  static final int F_DUMP = 0x300;
  static final int F_REPLACE = 0x100;
  static final int F_EXCL = 0x200;
  static final int F_CREATE = 0x400;

  static final int NLMSG_ERROR = 2;
  static final int NLMSG_DONE = 3;

  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int IFF_UP = 0x1;
  static final int IFF_RUNNING = 0x40;

  static final int IFLA_ADDRESS = 1;
  static final int IFLA_IFNAME = 3;
  static final int IFLA_MTU = 4;
  static final int IFLA_MASTER = 10;
  static final int IFLA_LINKINFO = 18;
  static final int IFLA_IFALIAS = 20;
  static final int IFLA_AF_SPEC = 26;
  static final int IFLA_NET_NS_FD = 28;
  static final int IFLA_EXT_MASK = 29;
  static final int IFLA_INFO_KIND = 1;
  static final int IFLA_INFO_DATA = 2;
  static final int IFLA_INFO_SLAVE_KIND = 4;
  static final int IFLA_INFO_SLAVE_DATA = 5;
  static final int VETH_INFO_PEER = 1;
  static final int BRPORT_MODE = 4;
  static final int BRPORT_ISOLATED = 33;
  static final int INET6_ADDR_GEN_MODE = 8;
  static final int ADDR_GEN_NONE = 1;
  static final int EXT_SKIP_STATS = 8;

  static final int IFA_ADDRESS = 1;
  static final int IFA_LOCAL = 2;
  static final int IFA_BROADCAST = 4;
  static final int IFA_F_NODAD = 0x2;

  static final int RTA_DST = 1;
  static final int RTA_OIF = 4;
  static final int RTA_GATEWAY = 5;
  static final int RTA_TABLE = 15;
  static final int TABLE_MAIN = 254;
  static final int PROTOCOL_BOOT = 3;
  static final int UNICAST = 1;
  static final int SCOPE_LINK = 253;

  private Rt() {}
}
