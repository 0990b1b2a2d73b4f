package io.gantry.network.dns;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks other servers, from the host, one after the other. Who asks bounds how many queries wait at
 * once. Thread-safe.
 */
final class Upstream {

  private static final Logger log = LoggerFactory.getLogger(Upstream.class);
  private static final int UDP_MILLIS = 2500;
  private static final int TCP_MILLIS = 4000;
  private static final int TRIED = 3;

  private Upstream() {}

  /** The first answer; empty when nobody answers in time. */
  static Optional<byte[]> ask(byte[] query, List<InetAddress> servers, boolean tcp) {
    for (InetAddress server : servers.subList(0, Math.min(TRIED, servers.size()))) {
      try {
        InetSocketAddress address = new InetSocketAddress(server, 53);
        return Optional.of(tcp ? byTcp(query, address) : byUdp(query, address));
      } catch (IOException e) {
        log.debug("DNS server {} did not answer: {}", server, e.getMessage());
      }
    }
    return Optional.empty();
  }

  private static byte[] byUdp(byte[] query, InetSocketAddress server) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(server);
      socket.setSoTimeout(UDP_MILLIS);
      socket.send(new DatagramPacket(query, query.length));
      byte[] buffer = new byte[4096];
      DatagramPacket answer = new DatagramPacket(buffer, buffer.length);
      while (true) {
        socket.receive(answer);
        if (answer.getLength() >= 12 && buffer[0] == query[0] && buffer[1] == query[1]) {
          return Arrays.copyOf(buffer, answer.getLength());
        }
        answer.setLength(buffer.length);
      }
    }
  }

  private static byte[] byTcp(byte[] query, InetSocketAddress server) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(server, TCP_MILLIS);
      socket.setSoTimeout(TCP_MILLIS);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeShort(query.length);
      out.write(query);
      out.flush();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] answer = new byte[in.readUnsignedShort()];
      in.readFully(answer);
      return answer;
    }
  }
}
