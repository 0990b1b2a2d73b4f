package io.gantry.config;

import static io.gantry.config.OptionType.bool;
import static io.gantry.config.OptionType.integer;
import static io.gantry.config.OptionType.list;
import static io.gantry.config.OptionType.text;

import io.gantry.config.Option.Section;
import io.gantry.plugins.network.Prefix;
import java.net.InetAddress;
import java.util.List;

/** The options of networks. */
final class NetworkOptions {

  private static final OptionGroup GROUP = new OptionGroup(Section.NETWORK);

  static final Option<String> BRIDGE =
      GROUP.add(
          "bridge",
          text("string", Values::bridge),
          "Existing bridge for the default network, or none; gantry0 is made if unset",
          option -> option.letter('b'));
  static final Option<Prefix> BIP =
      GROUP.add(
          "bip",
          text("string", Values::ipv4Cidr),
          "Address and network of the default bridge; the last one is kept if unset");
  static final Option<Prefix> FIXED_CIDR =
      GROUP.add(
          "fixed-cidr",
          text("string", Values::ipv4Cidr),
          "Part of the default bridge's network that containers get addresses from");
  static final Option<InetAddress> DEFAULT_GATEWAY =
      GROUP.add(
          "default-gateway",
          text("ip", Values::address),
          "Router of containers on the default bridge; the bridge's address if unset");
  static final Option<Integer> MTU =
      GROUP.add(
          "mtu",
          integer(),
          "MTU of the default bridge network; that of the default route if unset");
  static final Option<InetAddress> IP =
      GROUP.add(
          "ip",
          text("ip", Values::address),
          "Host address that published ports listen on by default",
          option -> option.defaults("0.0.0.0"));
  static final Option<Boolean> IP_FORWARD =
      GROUP.add(
          "ip-forward",
          bool(),
          "Turn on IP forwarding in the kernel",
          option -> option.defaults("true"));
  static final Option<Boolean> IP_MASQ =
      GROUP.add(
          "ip-masq",
          bool(),
          "Masquerade what leaves the default bridge",
          option -> option.defaults("true"));
  static final Option<Boolean> IPTABLES =
      GROUP.add("iptables", bool(), "Add firewall rules", option -> option.defaults("true"));
  static final Option<Boolean> ICC =
      GROUP.add(
          "icc",
          bool(),
          "Let containers on the default bridge reach each other",
          option -> option.defaults("true"));
  static final Option<Boolean> USERLAND_PROXY =
      GROUP.add(
          "userland-proxy",
          bool(),
          "Accepted; what the firewall cannot translate is always served by the daemon",
          option -> option.defaults("true"));
  static final Option<List<InetAddress>> DNS =
      GROUP.add("dns", list("list", Values::address), "DNS servers of containers");
  static final Option<List<String>> DNS_OPT =
      GROUP.add(
          "dns-opt",
          list("list", Values::word),
          "Options in containers' resolv.conf",
          option -> option.key("dns-opts"));
  static final Option<List<String>> DNS_SEARCH =
      GROUP.add(
          "dns-search", list("list", Values::domain), "Search domains in containers' resolv.conf");
  static final Option<List<DaemonOptions.AddressPool>> DEFAULT_ADDRESS_POOL =
      GROUP.add(
          "default-address-pool",
          Values.addressPools(),
          "Where new networks get subnets from: base=CIDR,size=BITS",
          option -> option.key("default-address-pools"));
  static final Option<List<InetAddress>> HOST_GATEWAY_IP =
      GROUP.add(
          "host-gateway-ip",
          list("list", Values::address),
          "What host-gateway in --add-host stands for; the bridge's address if unset",
          option -> option.key("host-gateway-ips"));

  private NetworkOptions() {}

  static List<Option<?>> all() {
    return GROUP.all();
  }
}
