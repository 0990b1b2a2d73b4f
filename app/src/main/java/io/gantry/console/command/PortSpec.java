package io.gantry.console.command;

import io.gantry.console.line.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A port to be published: {@code [IP:][HOST-PORT:]PORT[/PROTOCOL]}, where a port may be a range.
 *
 * @param container port and protocol: {@code 80/tcp}
 * @param ip empty for the daemon's default
 * @param host a port, a range to choose from, or empty for any
 */
record PortSpec(String container, String ip, String host) {

  private static final int HIGHEST = 65535;

  /**
   * Reads a specification; a range of ports gives one for each.
   *
   * @throws UsageException if it is malformed
   */
  static List<PortSpec> parse(String text) {
    int slash = text.lastIndexOf('/');
    String protocol = slash < 0 ? "tcp" : text.substring(slash + 1);
    String rest = slash < 0 ? text : text.substring(0, slash);
    if (!List.of("tcp", "udp", "sctp").contains(protocol)) {
      throw malformed(text, "unknown protocol \"" + protocol + "\"");
    }
    int colon = rest.lastIndexOf(':');
    Range ports = range(text, rest.substring(colon + 1));
    rest = colon < 0 ? "" : rest.substring(0, colon);
    colon = rest.endsWith("]") ? rest.length() : rest.lastIndexOf(':');
    String ip = colon < 0 ? "" : rest.substring(0, colon).replaceAll("^\\[|]$", "");
    String host = colon < 0 ? rest : rest.substring(Math.min(colon + 1, rest.length()));
    if (host.isEmpty()) {
      return each(ports, protocol, ip, offset -> "");
    }
    Range hosts = range(text, host);
    if (ports.size() == 1) {
      return List.of(new PortSpec(ports.first() + "/" + protocol, ip, host));
    }
    if (ports.size() != hosts.size()) {
      throw malformed(text, "the ranges of ports have different lengths");
    }
    return each(ports, protocol, ip, offset -> Integer.toString(hosts.first() + offset));
  }

  private record Range(int first, int last) {
    int size() {
      return last - first + 1;
    }
  }

  private static List<PortSpec> each(
      Range ports, String protocol, String ip, IntFunction<String> host) {
    List<PortSpec> specs = new ArrayList<>();
    for (int offset = 0; offset < ports.size(); offset++) {
      String container = ports.first() + offset + "/" + protocol;
      specs.add(new PortSpec(container, ip, host.apply(offset)));
    }
    return specs;
  }

  private static Range range(String text, String range) {
    int dash = range.indexOf('-');
    try {
      int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
      int last = Integer.parseInt(range.substring(dash + 1));
      if (first >= 0 && first <= last && last <= HIGHEST) {
        return new Range(first, last);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw malformed(text, "invalid port \"" + range + "\"");
  }

  private static UsageException malformed(String text, String reason) {
    return new UsageException("invalid argument \"" + text + "\" for \"-p, --publish\": " + reason);
  }
}
