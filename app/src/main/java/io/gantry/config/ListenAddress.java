package io.gantry.config;

import java.nio.file.Path;

/** Where the API is served: one value of {@code --host}. */
public sealed interface ListenAddress {

  /** A Unix domain socket at an absolute path. */
  record Unix(Path path) implements ListenAddress {
    @Override
    public String toString() {
      return "unix://" + path;
    }
  }

  /** A TCP port on a loopback address; {@code host} is a literal address. */
  record Tcp(String host, int port) implements ListenAddress {
    @Override
    public String toString() {
      return "tcp://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }
}
