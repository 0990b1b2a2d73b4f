package io.gantry.api.listen;

import io.gantry.linux.poll.Descriptor;
import io.gantry.linux.poll.Poller;
import io.gantry.linux.poll.Watch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells streams that left HTTP that their client has hung up. To the JDK's selectors a client that
 * sends no more and one that has gone are the same, and they say so again and again; the kernel
 * tells them apart. One platform thread for all streams, which polls nothing. Thread-safe.
 */
final class HangUps {

  private static final Logger log = LoggerFactory.getLogger(HangUps.class);

  /** Made with the first stream. */
  private static final class Shared {
    static final HangUps INSTANCE = new HangUps();
  }

  private final Poller poller;

  private HangUps() {
    try {
      poller = Poller.open("gantry-hang-ups");
    } catch (IOException e) {
      throw new UncheckedIOException("can't wait for clients to hang up", e);
    }
  }

  static HangUps shared() {
    return Shared.INSTANCE;
  }

  /**
   * Runs the action once, on a virtual thread, when the other side has closed the socket. The watch
   * has a descriptor of its own: the channel may be closed before it.
   */
  Connection.Watch watch(SocketChannel channel, Runnable action) {
    try {
      Descriptor socket = Descriptor.duplicateOf(channel);
      try {
        Watch watch = poller.watch(socket);
        watch.onHangUp(() -> Thread.ofVirtual().name("client-left").start(action));
        return () -> {
          watch.close();
          socket.close();
        };
      } catch (IOException e) {
        socket.close();
        throw e;
      }
    } catch (IOException e) {
      log.debug("a client that hangs up is noticed by writing to it only", e);
      return () -> {};
    }
  }
}
