package io.gantry.api.listen;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection a request came by. Valid while the request is served. Thread-safe. */
public final class Connection {

  /** The request attribute that holds it. */
  public static final String ATTRIBUTE = "io.gantry.connection";

  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  /** As long as Go's servers wait. */
  private static final int KEEP_ALIVE_SECONDS = 15;

  private final EngineProcessor processor;

  Connection(EngineProcessor processor) {
    this.processor = processor;
  }

  /**
   * Runs {@code action} once, on a thread of its own, when the client closes the connection. Costs
   * nothing while it does not.
   *
   * @return ends the watch; must be closed before the request is done
   */
  public Watch onDeparture(Runnable action) {
    Optional<SocketChannel> channel = watched();
    return channel.isEmpty()
        ? () -> {}
        : Departures.shared().watch(channel.get(), processor::clientGone, action);
  }

  /** {@link #onDeparture} that interrupts the thread which asks for it. */
  public Watch interruptOnDeparture() {
    return onDeparture(Thread.currentThread()::interrupt);
  }

  /** The client of a connection that is about to leave HTTP; valid after the request too. */
  public HangUp hangUp() {
    Optional<SocketChannel> channel = watched();
    return action -> channel.isEmpty() ? () -> {} : HangUps.shared().watch(channel.get(), action);
  }

  /** The channel; over TCP, clients that went without a word are asked whether they are there. */
  private Optional<SocketChannel> watched() {
    Optional<SocketChannel> channel = processor.channel();
    try {
      if (channel.isPresent()
          && channel.get().supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
        channel
            .get()
            .setOption(StandardSocketOptions.SO_KEEPALIVE, true)
            .setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEP_ALIVE_SECONDS)
            .setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEP_ALIVE_SECONDS);
      }
    } catch (IOException e) {
      log.debug("a client that is gone already", e);
    }
    return channel;
  }

  /** Adds a response header exactly as given, also those that Tomcat would drop or change. */
  public void header(String name, String value) {
    processor.header(name, value);
  }

  /** Prepares for a body of many megabytes: fewer and larger pieces, for more memory. */
  public void widen() {
    processor.widen();
  }

  /** The socket itself, for when the connection has left HTTP; empty when it is encrypted. */
  public Optional<RawSocket> raw() {
    return processor.raw();
  }

  /** Who is at the other end of a unix socket, by name; empty for tcp. */
  public Optional<UnixDomainPrincipal> peer() {
    try {
      Optional<SocketChannel> channel = processor.channel();
      return channel.isPresent()
              && channel.get().supportedOptions().contains(ExtendedSocketOptions.SO_PEERCRED)
          ? Optional.of(channel.get().getOption(ExtendedSocketOptions.SO_PEERCRED))
          : Optional.empty();
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  /** Tells when a client closes its connection; one that only sends no more does not. */
  @FunctionalInterface
  public interface HangUp {

    /**
     * Runs {@code action} once, on a thread of its own, when the client hangs up.
     *
     * @return ends the watch; must be closed
     */
    Watch watch(Runnable action);
  }

  /** A running watch. */
  @FunctionalInterface
  public interface Watch extends AutoCloseable {
    @Override
    void close();
  }
}
