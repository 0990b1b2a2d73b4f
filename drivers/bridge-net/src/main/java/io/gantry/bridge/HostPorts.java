package io.gantry.bridge;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.network.PortBinding;
import io.gantry.plugins.network.Prefix;
import io.gantry.plugins.network.Protocol;
import io.gantry.plugins.network.PublishedPort;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Which host ports this engine publishes, each held by a socket. Thread-safe. */
final class HostPorts {

  private static final System.Logger LOG = System.getLogger(HostPorts.class.getName());
  private static final InetAddress ANY4 = InetAddress.ofLiteral("0.0.0.0");
  private static final InetAddress ANY6 = InetAddress.ofLiteral("::");
  private static final String EPHEMERAL = "ipv4/ip_local_port_range";

  /** One socket's port: one address, or all of one or both families. */
  private record Held(Protocol protocol, List<InetAddress> addresses, int port, Listener listener) {

    boolean conflicts(Protocol otherProtocol, List<InetAddress> others, int otherPort) {
      return protocol == otherProtocol
          && port == otherPort
          && addresses.stream().anyMatch(a -> others.stream().anyMatch(b -> overlap(a, b)));
    }

    private static boolean overlap(InetAddress a, InetAddress b) {
      boolean sameFamily = a.getAddress().length == b.getAddress().length;
      boolean all = a.isAnyLocalAddress() || b.isAnyLocalAddress();
      return a.equals(b) || (sameFamily && all);
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, List<Held>> held = new HashMap<>();
  private final Map<Protocol, Integer> next = new EnumMap<>(Protocol.class);
  private final boolean hostHasIpv6 = hasIpv6(Path.of("/proc/net/if_inet6"));

  /**
   * Whether any interface has an IPv6 address, be it the loopback's: the JDK makes no IPv6 sockets
   * otherwise, and a host where it is switched off by sysctl has none.
   */
  static boolean hasIpv6(Path addresses) {
    try {
      return !Files.readString(addresses).isBlank();
    } catch (IOException e) {
      return false;
    }
  }

  /** Opens all ports for an endpoint, or none. */
  List<PublishedPort> open(
      Attachment attachment, List<PortBinding> wanted, Optional<InetAddress> defaultAddress) {
    List<PublishedPort> published = new ArrayList<>();
    lock.lock();
    try {
      for (PortBinding binding : wanted) {
        published.addAll(open(attachment, binding, defaultAddress));
      }
      return published;
    } catch (DriverException e) {
      close(attachment.endpointId());
      throw e;
    } finally {
      lock.unlock();
    }
  }

  private List<PublishedPort> open(
      Attachment attachment, PortBinding binding, Optional<InetAddress> defaultAddress) {
    List<InetAddress> addresses =
        binding
            .hostAddress()
            .or(() -> defaultAddress)
            .map(List::of)
            .orElse(hostHasIpv6 ? List.of(ANY4, ANY6) : List.of(ANY4));
    int port =
        binding.firstHostPort() == 0
            ? free(attachment, binding, addresses)
            : firstOf(attachment, binding, addresses);
    return addresses.stream()
        .map(a -> new PublishedPort(binding.containerPort(), binding.protocol(), a, port))
        .toList();
  }

  private int firstOf(Attachment attachment, PortBinding binding, List<InetAddress> addresses) {
    DriverException refused = null;
    for (int port = binding.firstHostPort(); port <= binding.lastHostPort(); port++) {
      try {
        hold(attachment, binding.protocol(), binding.containerPort(), addresses, port);
        return port;
      } catch (DriverException e) {
        refused = e;
      }
    }
    throw refused == null ? new IllegalStateException("an empty range") : refused;
  }

  /** A free port of the kernel's range for such, from where the last search ended. */
  private int free(Attachment attachment, PortBinding binding, List<InetAddress> addresses) {
    int[] range = ephemeral();
    int count = range[1] - range[0] + 1;
    int start = next.getOrDefault(binding.protocol(), range[0]);
    for (int i = 0; i < count; i++) {
      int port = range[0] + Math.floorMod(start - range[0] + i, count);
      try {
        hold(attachment, binding.protocol(), binding.containerPort(), addresses, port);
        next.put(binding.protocol(), port + 1);
        return port;
      } catch (DriverException e) {
        LOG.log(System.Logger.Level.DEBUG, "Port {0} is not free: {1}", port, e.getMessage());
      }
    }
    throw new DriverException(Kind.SYSTEM, "failed to bind host port: all ports are allocated");
  }

  private static int[] ephemeral() {
    try {
      String[] words = Sysctl.get(EPHEMERAL).split("\\s+");
      return new int[] {Integer.parseInt(words[0]), Integer.parseInt(words[1])};
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
      LOG.log(System.Logger.Level.WARNING, "Reading " + EPHEMERAL, e);
      return new int[] {32768, 60999};
    }
  }

  private void hold(
      Attachment attachment,
      Protocol protocol,
      int containerPort,
      List<InetAddress> addresses,
      int port) {
    boolean taken =
        held.values().stream()
            .flatMap(List::stream)
            .anyMatch(h -> h.conflicts(protocol, addresses, port));
    if (taken) {
      throw new DriverException(
          Kind.SYSTEM,
          "Bind for %s failed: port is already allocated"
              .formatted(endpoint(addresses.getFirst(), port)));
    }
    InetAddress container =
        attachment
            .ipv4()
            .or(attachment::ipv6)
            .orElseThrow(() -> new DriverException(Kind.SYSTEM, "the endpoint has no address"))
            .address();
    try {
      Listener listener =
          listen(protocol, addresses, port, new InetSocketAddress(container, containerPort));
      held.computeIfAbsent(attachment.endpointId(), id -> new ArrayList<>())
          .add(new Held(protocol, addresses, port, listener));
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
      throw new DriverException(
          Kind.SYSTEM,
          "failed to bind host port for %s:%s/%s: %s"
              .formatted(
                  endpoint(addresses.getFirst(), port),
                  endpoint(container, containerPort),
                  protocol.text(),
                  why),
          e);
    }
  }

  /** Both families' wildcard are one socket: Java's IPv6 sockets serve both. */
  private static Listener listen(
      Protocol protocol, List<InetAddress> addresses, int port, InetSocketAddress target)
      throws IOException {
    InetAddress address = addresses.getLast();
    StandardProtocolFamily family =
        address instanceof Inet6Address
            ? StandardProtocolFamily.INET6
            : StandardProtocolFamily.INET;
    InetSocketAddress local = new InetSocketAddress(address, port);
    return switch (protocol) {
      case TCP -> new TcpListener(family, local, target);
      case UDP -> new UdpListener(family, local, target);
      case SCTP -> new NoListener();
    };
  }

  /**
   * Holds ports again that were published before the daemon was restarted.
   *
   * @return what could not be held, a sentence each: the rules in the kernel serve those ports all
   *     the same
   */
  List<String> reopen(Attachment attachment, List<PublishedPort> ports) {
    Map<String, List<PublishedPort>> sockets = new LinkedHashMap<>();
    for (PublishedPort p : ports) {
      boolean any = p.hostAddress().isAnyLocalAddress();
      String key =
          "%s %d %d %s"
              .formatted(
                  p.protocol(), p.hostPort(), p.containerPort(), any ? "*" : p.hostAddress());
      sockets.computeIfAbsent(key, k -> new ArrayList<>()).add(p);
    }
    List<String> failed = new ArrayList<>();
    lock.lock();
    try {
      if (held.containsKey(attachment.endpointId())) {
        return failed;
      }
      for (List<PublishedPort> socket : sockets.values()) {
        PublishedPort first = socket.getFirst();
        List<InetAddress> addresses =
            socket.stream()
                .map(PublishedPort::hostAddress)
                .sorted(Comparator.comparingInt(a -> a.getAddress().length))
                .toList();
        try {
          hold(attachment, first.protocol(), first.containerPort(), addresses, first.hostPort());
        } catch (DriverException e) {
          failed.add(e.getMessage());
        }
      }
      return failed;
    } finally {
      lock.unlock();
    }
  }

  /** Lets go of an endpoint's ports. */
  void close(String endpointId) {
    List<Held> gone;
    lock.lock();
    try {
      gone = held.remove(endpointId);
    } finally {
      lock.unlock();
    }
    if (gone != null) {
      gone.forEach(HostPorts::close);
    }
  }

  void closeAll() {
    lock.lock();
    try {
      held.values().forEach(list -> list.forEach(HostPorts::close));
      held.clear();
    } finally {
      lock.unlock();
    }
  }

  private static void close(Held held) {
    try {
      held.listener().close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "Closing port " + held.port(), e);
    }
  }

  private static String endpoint(InetAddress address, int port) {
    String text = Prefix.text(address);
    return (address instanceof Inet6Address ? "[" + text + "]" : text) + ":" + port;
  }
}
