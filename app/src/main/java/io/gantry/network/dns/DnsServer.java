package io.gantry.network.dns;

import io.gantry.linux.netlink.PortTranslation;
import io.gantry.linux.netns.NetNamespace;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers one container's queries at 127.0.0.11 port 53 in its network namespace, by UDP and TCP.
 * Two virtual threads that sleep while nobody asks, and one for each query that goes to other
 * servers. At most {@value #AT_ONCE} of one container's queries are worked on at a time; others are
 * dropped, as UDP may.
 */
public final class DnsServer implements AutoCloseable {

  /** What a container sees; asked for at every query, as it changes while the container runs. */
  public interface View {

    /** Ids of the networks whose names it can resolve. */
    List<String> networks();

    /** Other names for names, in lower case: links. */
    Map<String, String> links();

    /** Where other names are asked for; empty when the container has no way out. */
    List<InetAddress> upstreams();
  }

  private static final Logger log = LoggerFactory.getLogger(DnsServer.class);
  private static final Inet4Address ADDRESS = (Inet4Address) InetAddress.ofLiteral("127.0.0.11");
  private static final int PORT = 53;
  private static final int AT_ONCE = 100;
  private static final int TCP_IDLE_MILLIS = 10_000;
  private static final int LARGEST_TCP = 65_535;

  private final NameTable names;
  private final View view;
  private final DatagramChannel udp;
  private final ServerSocketChannel tcp;
  private final Semaphore free = new Semaphore(AT_ONCE);

  private DnsServer(NameTable names, View view, DatagramChannel udp, ServerSocketChannel tcp) {
    this.names = names;
    this.view = view;
    this.udp = udp;
    this.tcp = tcp;
  }

  /**
   * Opens the sockets in the namespace and begins to serve. They have ports of their own, to which
   * port 53 is translated, so that the container may have a name server of its own; where the
   * kernel cannot do that, they have port 53.
   */
  public static DnsServer open(Path netns, NameTable names, View view) throws IOException {
    DnsServer server =
        NetNamespace.inside(
            netns,
            () -> {
              DnsServer hidden = bind(names, view, 0);
              try {
                PortTranslation.install(
                    ADDRESS,
                    PORT,
                    port(hidden.tcp.getLocalAddress()),
                    port(hidden.udp.getLocalAddress()));
                return hidden;
              } catch (IOException e) {
                log.debug("No port translation in {}: {}", netns, e.toString());
                hidden.close();
                return bind(names, view, PORT);
              }
            });
    Thread.ofVirtual().name("dns-udp").start(server::serveUdp);
    Thread.ofVirtual().name("dns-tcp").start(server::serveTcp);
    return server;
  }

  private static DnsServer bind(NameTable names, View view, int port) throws IOException {
    InetSocketAddress address = new InetSocketAddress(ADDRESS, port);
    DatagramChannel udp = DatagramChannel.open(StandardProtocolFamily.INET);
    try {
      udp.bind(address);
      ServerSocketChannel tcp = ServerSocketChannel.open(StandardProtocolFamily.INET);
      try {
        return new DnsServer(names, view, udp, tcp.bind(address, 64));
      } catch (IOException e) {
        tcp.close();
        throw e;
      }
    } catch (IOException e) {
      udp.close();
      throw e;
    }
  }

  private static int port(SocketAddress address) {
    return ((InetSocketAddress) address).getPort();
  }

  private void serveUdp() {
    ByteBuffer packet = ByteBuffer.allocate(1500);
    while (udp.isOpen()) {
      try {
        packet.clear();
        SocketAddress client = udp.receive(packet);
        byte[] query = Arrays.copyOf(packet.array(), packet.position());
        Optional<DnsMessage> message = DnsMessage.parse(query);
        if (message.isPresent()) {
          answerUdp(message.get(), client);
        }
      } catch (IOException e) {
        log.debug("DNS by UDP: {}", e.toString());
      }
    }
  }

  /** What this engine knows is answered at once; for the rest the next query does not wait. */
  private void answerUdp(DnsMessage query, SocketAddress client) throws IOException {
    Optional<byte[]> known = known(query, query.udpLimit());
    if (known.isPresent()) {
      udp.send(ByteBuffer.wrap(known.get()), client);
    } else if (free.tryAcquire()) {
      Thread.startVirtualThread(
          () -> {
            try {
              udp.send(ByteBuffer.wrap(unknown(query, false)), client);
            } catch (IOException e) {
              log.debug("DNS answer by UDP: {}", e.toString());
            } finally {
              free.release();
            }
          });
    }
  }

  private void serveTcp() {
    while (tcp.isOpen()) {
      try {
        SocketChannel client = tcp.accept();
        if (free.tryAcquire()) {
          Thread.startVirtualThread(() -> answerTcp(client.socket()));
        } else {
          client.close();
        }
      } catch (IOException e) {
        log.debug("DNS by TCP: {}", e.toString());
      }
    }
  }

  private void answerTcp(Socket client) {
    try (client) {
      client.setSoTimeout(TCP_IDLE_MILLIS);
      DataInputStream in = new DataInputStream(client.getInputStream());
      DataOutputStream out = new DataOutputStream(client.getOutputStream());
      while (tcp.isOpen()) {
        byte[] bytes = new byte[in.readUnsignedShort()];
        in.readFully(bytes);
        Optional<DnsMessage> query = DnsMessage.parse(bytes);
        if (query.isEmpty()) {
          return;
        }
        byte[] answer = known(query.get(), LARGEST_TCP).orElseGet(() -> unknown(query.get(), true));
        out.writeShort(answer.length);
        out.write(answer);
        out.flush();
      }
    } catch (IOException e) {
      log.trace("DNS client left: {}", e.toString());
    } finally {
      free.release();
    }
  }

  private Optional<byte[]> known(DnsMessage query, int limit) {
    List<String> networks = view.networks();
    if (query.type() == DnsMessage.PTR) {
      return query.reverse().flatMap(a -> names.name(a, networks)).map(query::pointer);
    }
    Function<String, List<InetAddress>> lookup = name -> names.addresses(name, networks);
    List<InetAddress> found = lookup.apply(query.name());
    if (found.isEmpty()) {
      String target = view.links().get(query.name());
      found = target == null ? found : lookup.apply(target);
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(query.addresses(found, limit));
  }

  private byte[] unknown(DnsMessage query, boolean byTcp) {
    List<InetAddress> servers = view.upstreams();
    return Upstream.ask(query.bytes(), servers, byTcp)
        .orElseGet(() -> query.failure(DnsMessage.SERVFAIL));
  }

  @Override
  public void close() {
    try {
      udp.close();
      tcp.close();
    } catch (IOException e) {
      log.warn("Closing a DNS socket", e);
    }
  }
}
