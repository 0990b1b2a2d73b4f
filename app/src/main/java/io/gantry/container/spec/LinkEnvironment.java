package io.gantry.container.spec;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a container of the default bridge learns of one it is linked to: Docker's {@code
 * ALIAS_PORT...} and {@code ALIAS_ENV_...} variables.
 */
public final class LinkEnvironment {

  /** What every container has of its own. */
  private static final Set<String> OWN = Set.of("HOME", "PATH");

  private record Port(String protocol, int number) {}

  private LinkEnvironment() {}

  /**
   * @param container name of the container that is told
   * @param alias of the other one
   * @param address of the other one
   * @param exposed its ports, {@code port/protocol}
   * @param environment its variables
   */
  public static List<String> of(
      String container,
      String alias,
      String address,
      Collection<String> exposed,
      List<String> environment) {
    String prefix = alias.toUpperCase(Locale.ROOT).replace('-', '_');
    List<Port> ports =
        exposed.stream()
            .flatMap(text -> ports(text).stream())
            .distinct()
            .sorted(Comparator.comparing(Port::protocol).thenComparingInt(Port::number))
            .toList();
    List<String> entries = new ArrayList<>();
    if (!ports.isEmpty()) {
      entries.add(prefix + "_PORT=" + url(ports.getFirst(), address));
    }
    for (Port port : ports) {
      String name = name(prefix, port);
      entries.add(name + "=" + url(port, address));
      entries.add(name + "_ADDR=" + address);
      entries.add(name + "_PORT=" + port.number());
      entries.add(name + "_PROTO=" + port.protocol());
    }
    ranges(prefix, address, ports, entries);
    entries.add(prefix + "_NAME=/" + container + "/" + alias);
    for (String variable : environment) {
      int equals = variable.indexOf('=');
      if (equals > 0 && !OWN.contains(variable.substring(0, equals))) {
        entries.add(prefix + "_ENV_" + variable);
      }
    }
    return entries;
  }

  private static List<Port> ports(String text) {
    int slash = text.indexOf('/');
    String protocol = slash < 0 ? "tcp" : text.substring(slash + 1).toLowerCase(Locale.ROOT);
    String number = slash < 0 ? text : text.substring(0, slash);
    try {
      return List.of(new Port(protocol, Integer.parseInt(number)));
    } catch (NumberFormatException e) {
      return List.of();
    }
  }

  private static void ranges(
      String prefix, String address, List<Port> ports, List<String> entries) {
    for (int first = 0; first < ports.size(); first++) {
      int last = first;
      while (last + 1 < ports.size()
          && ports.get(last + 1).protocol().equals(ports.get(first).protocol())
          && ports.get(last + 1).number() == ports.get(last).number() + 1) {
        last++;
      }
      if (last > first) {
        String name = name(prefix, ports.get(first));
        entries.add(name + "_START=" + url(ports.get(first), address));
        entries.add(name + "_PORT_START=" + ports.get(first).number());
        entries.add(name + "_END=" + url(ports.get(last), address));
        entries.add(name + "_PORT_END=" + ports.get(last).number());
      }
      first = last;
    }
  }

  private static String name(String prefix, Port port) {
    return "%s_PORT_%d_%s"
        .formatted(prefix, port.number(), port.protocol().toUpperCase(Locale.ROOT));
  }

  private static String url(Port port, String address) {
    return "%s://%s:%d".formatted(port.protocol(), address, port.number());
  }
}
