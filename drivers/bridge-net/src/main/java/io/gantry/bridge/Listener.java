package io.gantry.bridge;

import java.io.IOException;

/**
 * A host port that is held. The socket keeps other programs from taking the port, and serves what
 * the firewall's rules cannot translate: IPv6 clients of an IPv4 container, IPv6 loopback, and
 * everything where the engine makes no rules.
 */
sealed interface Listener permits TcpListener, UdpListener, NoListener {

  void close() throws IOException;
}
