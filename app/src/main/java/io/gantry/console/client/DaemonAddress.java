package io.gantry.console.client;

import io.gantry.console.line.UsageException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the daemon listens: {@code unix://PATH} or {@code tcp://HOST:PORT}. */
public sealed interface DaemonAddress {

  String DEFAULT = "unix:///run/gantry/gantry.sock";

  /** A socket in the file system. */
  record Unix(Path path) implements DaemonAddress {
    @Override
    public SocketChannel connect() throws IOException {
      return connected(
          SocketChannel.open(StandardProtocolFamily.UNIX), UnixDomainSocketAddress.of(path));
    }

    @Override
    public String toString() {
      return "unix://" + path;
    }
  }

  /** A port. */
  record Tcp(String host, int port) implements DaemonAddress {
    @Override
    public SocketChannel connect() throws IOException {
      return connected(SocketChannel.open(), new InetSocketAddress(host, port));
    }

    @Override
    public String toString() {
      return "tcp://" + host + ":" + port;
    }
  }

  /** A new connection. */
  SocketChannel connect() throws IOException;

  /** The address the environment names, or the default. */
  static DaemonAddress of(Map<String, String> environment) {
    return parse(
        Stream.of("GANTRY_HOST", "DOCKER_HOST")
            .flatMap(name -> Optional.ofNullable(environment.get(name)).stream())
            .filter(value -> !value.isEmpty())
            .findFirst()
            .orElse(DEFAULT));
  }

  /**
   * Reads an address.
   *
   * @throws UsageException if it is none
   */
  static DaemonAddress parse(String text) {
    if (text.startsWith("unix://") && text.length() > "unix://".length()) {
      return new Unix(Path.of(text.substring("unix://".length())));
    }
    int colon = text.lastIndexOf(':');
    if (text.startsWith("tcp://") && colon > "tcp://".length()) {
      try {
        return new Tcp(
            text.substring("tcp://".length(), colon), Integer.parseInt(text.substring(colon + 1)));
      } catch (NumberFormatException e) {
        throw notAnAddress(text);
      }
    }
    throw notAnAddress(text);
  }

  private static UsageException notAnAddress(String text) {
    return new UsageException(
        "unable to parse the daemon's address \""
            + text
            + "\": give unix://PATH or tcp://HOST:PORT");
  }

  private static SocketChannel connected(SocketChannel channel, java.net.SocketAddress address)
      throws IOException {
    try {
      channel.connect(address);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }
}
