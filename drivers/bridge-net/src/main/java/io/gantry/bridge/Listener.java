package io.gantry.bridge;

import java.io.IOException;
import java.time.Duration;

/**
 * A host port that is held. The socket keeps other programs from taking the port, and serves what
 * the firewall's rules cannot translate: IPv6 clients of an IPv4 container, IPv6 loopback, and
 * everything where the engine makes no rules.
 */
sealed interface Listener permits TcpListener, UdpListener, NoListener {

  /** On return the port is free. */
  void close() throws IOException;

  /**
   * A channel that a virtual thread waits in keeps its port until that thread has noticed that it
   * was closed.
   */
  static void awaitEnd(Thread waiting) throws IOException {
    try {
      boolean ended = waiting.join(Duration.ofSeconds(5));
      if (!ended) {
        throw new IOException(waiting.getName() + " did not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
