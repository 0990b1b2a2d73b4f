package io.gantry.console.format;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The published and exposed ports of a container in one cell, neighbours as ranges. */
public final class Ports {

  /**
   * A port.
   *
   * @param ip where it is published; empty if it is not
   */
  public record Port(String ip, int privatePort, int publicPort, String type) {}

  private record Range(int first, int last) {}

  private Ports() {}

  public static String text(List<Port> ports) {
    List<String> done = new ArrayList<>();
    List<String> mapped = new ArrayList<>();
    Map<String, Range> ranges = new LinkedHashMap<>();
    for (Port port : sorted(ports)) {
      if (!port.ip().isEmpty() && port.publicPort() != port.privatePort()) {
        mapped.add(
            host(port.ip())
                + ":"
                + port.publicPort()
                + "->"
                + port.privatePort()
                + "/"
                + port.type());
        continue;
      }
      String key = port.ip().isEmpty() ? port.type() : port.ip() + "/" + port.type();
      Range range = ranges.get(key);
      if (range != null && port.privatePort() != range.last() + 1) {
        done.add(text(key, range));
        range = null;
      }
      int first = range == null ? port.privatePort() : range.first();
      ranges.put(key, new Range(first, port.privatePort()));
    }
    ranges.forEach((key, range) -> done.add(text(key, range)));
    done.addAll(mapped);
    return String.join(", ", done);
  }

  private static List<Port> sorted(List<Port> ports) {
    return ports.stream()
        .sorted(
            Comparator.comparingInt(Port::privatePort)
                .thenComparing(Port::ip)
                .thenComparingInt(Port::publicPort)
                .thenComparing(Port::type))
        .toList();
  }

  private static String text(String key, Range range) {
    int slash = key.lastIndexOf('/');
    String type = key.substring(slash + 1);
    String ports =
        range.first() == range.last()
            ? Integer.toString(range.first())
            : range.first() + "-" + range.last();
    return slash < 0
        ? ports + "/" + type
        : host(key.substring(0, slash)) + ":" + ports + "->" + ports + "/" + type;
  }

  private static String host(String ip) {
    return ip.indexOf(':') < 0 ? ip : "[" + ip + "]";
  }
}
