package io.gantry.network;

import io.gantry.plugins.network.Prefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The host's {@code resolv.conf}, as far as containers need it.
 *
 * @param servers name servers that can be reached from a container: none on loopback
 * @param local name servers that only the host itself can reach
 * @param search search domains
 * @param options the rest
 */
record HostResolver(
    List<String> servers, List<String> local, List<String> search, List<String> options) {

  private static final Path FILE = Path.of("/etc/resolv.conf");
  private static final Path SYSTEMD = Path.of("/run/systemd/resolve/resolv.conf");
  private static final int LIMIT = 64 * 1024;

  /** Docker's, for hosts whose servers are all on loopback. */
  private static final List<String> PUBLIC = List.of("8.8.8.8", "8.8.4.4");

  HostResolver {
    servers = List.copyOf(servers);
    local = List.copyOf(local);
    search = List.copyOf(search);
    options = List.copyOf(options);
  }

  /** Reads it now; behind systemd's stub, what the stub asks. */
  static HostResolver read() {
    HostResolver found = parse(text(FILE));
    if (found.servers.isEmpty() && found.local.equals(List.of("127.0.0.53"))) {
      HostResolver behind = parse(text(SYSTEMD));
      return behind.servers.isEmpty() ? found : behind;
    }
    return found;
  }

  static HostResolver parse(String text) {
    List<String> servers = new ArrayList<>();
    List<String> local = new ArrayList<>();
    List<String> search = new ArrayList<>();
    List<String> options = new ArrayList<>();
    for (String line : text.lines().toList()) {
      String[] words = line.strip().split("\\s+");
      if (words.length < 2) {
        continue;
      }
      List<String> rest = List.of(words).subList(1, words.length);
      switch (words[0]) {
        case "nameserver" -> {
          if (isAddress(words[1])) {
            (isLoopback(words[1]) ? local : servers).add(words[1]);
          }
        }
        case "search", "domain" -> {
          search.clear();
          search.addAll(rest);
        }
        case "options" -> options.addAll(rest);
        default -> {}
      }
    }
    return new HostResolver(servers, local, search, options);
  }

  /** What a container without a resolver of its own asks. */
  List<String> forContainer() {
    return servers.isEmpty() ? PUBLIC : servers;
  }

  /** What the engine's resolver asks on the host. */
  List<String> forEngine() {
    List<String> all = new ArrayList<>(servers);
    all.addAll(local);
    return all.isEmpty() ? PUBLIC : all;
  }

  private static boolean isLoopback(String address) {
    return Prefix.address(address).isLoopbackAddress();
  }

  private static boolean isAddress(String text) {
    try {
      Prefix.address(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String text(Path file) {
    try {
      return Files.size(file) > LIMIT ? "" : Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
