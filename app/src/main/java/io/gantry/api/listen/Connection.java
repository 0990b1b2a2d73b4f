package io.gantry.api.listen;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/** The connection a request came by. Valid while the request is served. Thread-safe. */
public final class Connection {

  /** The request attribute that holds it. */
  public static final String ATTRIBUTE = "io.gantry.connection";

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
    Optional<SocketChannel> channel = processor.channel();
    return channel.isEmpty()
        ? () -> {}
        : Departures.shared().watch(channel.get(), processor::clientGone, action);
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

  /** A running watch. */
  @FunctionalInterface
  public interface Watch extends AutoCloseable {
    @Override
    void close();
  }
}
