package io.gantry.bridge;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds a UDP port; a virtual thread waits for datagrams. A client is remembered for {@value
 * #IDLE_MILLIS} ms after its last answer; at most {@value #LIMIT} clients at a time, others are
 * dropped.
 */
final class UdpListener implements Listener {

  private static final System.Logger LOG = System.getLogger(UdpListener.class.getName());
  private static final int LIMIT = 1024;
  private static final int IDLE_MILLIS = 90_000;
  private static final int LARGEST = 65_535;

  private final DatagramChannel server;
  private final SocketAddress target;
  private final Thread waiting;
  private final Map<SocketAddress, DatagramChannel> sessions = new ConcurrentHashMap<>();

  UdpListener(StandardProtocolFamily family, InetSocketAddress address, SocketAddress target)
      throws IOException {
    this.target = target;
    server = DatagramChannel.open(family);
    try {
      server.bind(address);
    } catch (IOException e) {
      server.close();
      throw e;
    }
    waiting = Thread.ofVirtual().name("publish-" + address).start(this::receive);
  }

  private void receive() {
    ByteBuffer packet = ByteBuffer.allocate(LARGEST);
    while (server.isOpen()) {
      try {
        packet.clear();
        SocketAddress client = server.receive(packet);
        DatagramChannel session = sessions.get(client);
        if (session == null && sessions.size() < LIMIT) {
          session = DatagramChannel.open().connect(target);
          sessions.put(client, session);
          DatagramChannel opened = session;
          Thread.startVirtualThread(() -> answer(client, opened));
        }
        if (session != null) {
          session.write(packet.flip());
        }
      } catch (IOException e) {
        LOG.log(System.Logger.Level.DEBUG, "A datagram was not passed on", e);
      }
    }
  }

  private void answer(SocketAddress client, DatagramChannel session) {
    byte[] bytes = new byte[LARGEST];
    try (session) {
      session.socket().setSoTimeout(IDLE_MILLIS);
      var packet = new java.net.DatagramPacket(bytes, bytes.length);
      while (server.isOpen()) {
        packet.setLength(bytes.length);
        session.socket().receive(packet);
        server.send(ByteBuffer.wrap(bytes, 0, packet.getLength()), client);
      }
    } catch (SocketTimeoutException e) {
      LOG.log(System.Logger.Level.TRACE, "{0} is idle", client);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "Answering {0} ended: {1}", client, e.getMessage());
    } finally {
      sessions.remove(client, session);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    Listener.awaitEnd(waiting);
    for (DatagramChannel session : sessions.values()) {
      session.close();
    }
  }
}
