package io.gantry.bridge;

import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.RouteBatch;
import io.gantry.linux.netlink.RouteSocket;
import io.gantry.linux.netns.NetNamespace;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.network.EndpointSpec;
import io.gantry.plugins.network.Prefix;
import io.gantry.plugins.network.Sandbox;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The end of a veth pair that is in a container's namespace. */
final class ContainerEnd {

  private static final String SYSCTLS = "com.docker.network.endpoint.sysctls";

  private static final Predicate<InetAddress> IS_IPV6 = address -> address instanceof Inet6Address;

  private ContainerEnd() {}

  /**
   * Sets the interface up with its addresses and, if wanted, the default routes. On a thread that
   * is in the namespace.
   */
  static void setUp(Attachment attachment, EndpointSpec endpoint) throws IOException {
    String name = attachment.interfaceName();
    try (RouteSocket there = RouteSocket.open()) {
      Link link =
          there.link(name).orElseThrow(() -> new IOException("interface " + name + " vanished"));
      boolean six =
          attachment.ipv6().isPresent() || endpoint.linkLocal().stream().anyMatch(IS_IPV6);
      Sysctl.set("ipv6/conf/" + name + "/disable_ipv6", six ? "0" : "1");
      sysctls(endpoint.options().getOrDefault(SYSCTLS, ""), name);
      RouteBatch batch = new RouteBatch().setUp(link.index());
      attachment.ipv4().ifPresent(a -> batch.addAddress(link.index(), a.address(), a.length()));
      attachment.ipv6().ifPresent(a -> batch.addAddress(link.index(), a.address(), a.length()));
      for (InetAddress address : endpoint.linkLocal()) {
        batch.addAddress(link.index(), address, IS_IPV6.test(address) ? 64 : 16);
      }
      if (endpoint.defaultRoute()) {
        routes(batch, link, attachment);
      }
      there.run(batch);
    }
  }

  private static void routes(RouteBatch batch, Link link, Attachment attachment) {
    for (Optional<InetAddress> gateway : List.of(attachment.gateway4(), attachment.gateway6())) {
      gateway.ifPresent(
          g -> {
            boolean six = g.getAddress().length == 16;
            Optional<Prefix> own = six ? attachment.ipv6() : attachment.ipv4();
            if (own.filter(p -> !p.contains(g)).isPresent()) {
              batch.addRoute(link.index(), g, six ? 128 : 32);
            }
            batch.defaultRoute(link.index(), g);
          });
    }
  }

  /** {@code net.ipv4.conf.IFNAME.log_martians=1,...} as Docker's option has it. */
  private static void sysctls(String text, String interfaceName) throws IOException {
    for (String setting : text.isEmpty() ? new String[0] : text.split(",")) {
      int equals = setting.indexOf('=');
      if (equals < 0 || !setting.startsWith("net.") || !setting.contains(".IFNAME.")) {
        throw new DriverException(Kind.INVALID, "invalid endpoint sysctl: " + setting);
      }
      String path =
          setting
              .substring("net.".length(), equals)
              .replace('.', '/')
              .replace("/IFNAME/", "/" + interfaceName + "/");
      if (!Sysctl.exists(path)) {
        throw new DriverException(Kind.INVALID, "no such endpoint sysctl: " + setting);
      }
      Sysctl.set(path, setting.substring(equals + 1));
    }
  }

  /** Makes the namespace's default routes lead through the attachment. */
  static void routeThrough(Attachment attachment, Sandbox sandbox) throws IOException {
    NetNamespace.inside(
        sandbox.netns(),
        () -> {
          try (RouteSocket there = RouteSocket.open()) {
            Link link =
                there
                    .link(attachment.interfaceName())
                    .orElseThrow(
                        () ->
                            new IOException(
                                "interface " + attachment.interfaceName() + " is not there"));
            RouteBatch batch = new RouteBatch();
            routes(batch, link, attachment);
            there.run(batch);
          }
          return true;
        });
  }
}
