package io.gantry.config;

import static io.gantry.config.OptionType.require;
import static io.gantry.config.OptionType.string;

import io.gantry.plugins.network.Prefix;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Parsers of single values. Each throws {@link IllegalArgumentException} with what is wrong; none
 * looks a name up or touches a file.
 */
final class Values {

  private static final Pattern DOMAIN =
      Pattern.compile(
          "(?=.{1,255}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\\.[A-Za-z0-9_-]+)*\\.?");
  private static final Pattern REGISTRY =
      Pattern.compile("[A-Za-z0-9._\\-]+(:\\d{1,5})?|\\[[0-9a-fA-F:]+](:\\d{1,5})?");

  private Values() {}

  static ListenAddress listenAddress(String text) {
    if (text.startsWith("unix://")) {
      return new ListenAddress.Unix(absolutePath(text.substring("unix://".length())));
    }
    if (!text.startsWith("tcp://")) {
      throw new IllegalArgumentException(
          "invalid bind address (" + text + "): Gantry listens on unix:// and tcp:// only");
    }
    InetSocketAddress address = socketAddress(text.substring("tcp://".length()));
    if (!address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(
          "invalid bind address ("
              + text
              + "): without TLS whoever reaches the port is root; only loopback addresses are"
              + " allowed");
    }
    return new ListenAddress.Tcp(address.getAddress().getHostAddress(), address.getPort());
  }

  static Optional<InetSocketAddress> metricsAddress(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    InetSocketAddress address = socketAddress(text);
    if (!address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(text + " is not a loopback address");
    }
    return Optional.of(address);
  }

  /** {@code ADDRESS:PORT}; the one name that is known is localhost. */
  private static InetSocketAddress socketAddress(String text) {
    int colon = text.lastIndexOf(':');
    String port = text.substring(colon + 1);
    if (colon < 1 || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65535) {
      throw new IllegalArgumentException("invalid address (" + text + "): expected ADDRESS:PORT");
    }
    String host = text.substring(0, colon);
    if (host.equals("localhost")) {
      host = "127.0.0.1";
    } else if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    return new InetSocketAddress(address(host), Integer.parseInt(port));
  }

  static Path path(String text) {
    if (text.isEmpty() || text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("invalid path \"" + text.replace("\0", "\\0") + "\"");
    }
    return Path.of(text);
  }

  static Path absolutePath(String text) {
    Path path = path(text);
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("\"" + text + "\" is not an absolute path");
    }
    return path.normalize();
  }

  static InetAddress address(String text) {
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("failed to parse IP: \"" + text + "\"", e);
    }
  }

  static Prefix cidr(String text) {
    try {
      return Prefix.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("invalid CIDR address: " + text, e);
    }
  }

  static Prefix ipv4Cidr(String text) {
    Prefix cidr = cidr(text);
    if (!(cidr.address() instanceof Inet4Address)) {
      throw new IllegalArgumentException("\"" + text + "\" is not an IPv4 network");
    }
    return cidr;
  }

  static String word(String text) {
    if (text.isBlank() || text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "\"" + text.strip() + "\" is empty or has control characters");
    }
    return text;
  }

  static String domain(String text) {
    if (!text.equals(".") && !DOMAIN.matcher(text).matches()) {
      throw new IllegalArgumentException(text + " is not a valid domain");
    }
    return text;
  }

  static String bridge(String text) {
    // IFNAMSIZ is 16 with the terminator
    if (!text.matches("[^\\s/:]{1,15}")) {
      throw new IllegalArgumentException("\"" + text + "\" is not a name of a network device");
    }
    return text;
  }

  static String label(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException("bad attribute format: " + text);
    }
    String key = text.substring(0, equals).toLowerCase(Locale.ROOT);
    for (String reserved : List.of("com.docker.", "io.docker.", "org.dockerproject.")) {
      if (key.startsWith(reserved)) {
        throw new IllegalArgumentException(
            "label "
                + text
                + " is not allowed: the namespaces com.docker.*, io.docker.*, and"
                + " org.dockerproject.* are reserved for internal use");
      }
    }
    return text;
  }

  static DaemonOptions.LogLevel logLevel(String text) {
    return switch (text) {
      case "trace", "debug" -> DaemonOptions.LogLevel.DEBUG;
      case "info" -> DaemonOptions.LogLevel.INFO;
      case "warn", "warning" -> DaemonOptions.LogLevel.WARN;
      case "error" -> DaemonOptions.LogLevel.ERROR;
      case "fatal", "panic" -> DaemonOptions.LogLevel.FATAL;
      default -> throw new IllegalArgumentException("invalid logging level: " + text);
    };
  }

  static Function<String, String> oneOf(String... allowed) {
    return text -> {
      if (!List.of(allowed).contains(text)) {
        throw new IllegalArgumentException(
            "\"" + text + "\" is not one of " + String.join(", ", allowed));
      }
      return text;
    };
  }

  static String seccompProfile(String text) {
    return text.equals("builtin") || text.equals("unconfined")
        ? text
        : absolutePath(text).toString();
  }

  static String insecureRegistry(String text) {
    if (text.contains("://")) {
      throw new IllegalArgumentException("insecure registry " + text + " should not contain '://'");
    }
    if (text.contains("/")) {
      return cidr(text).toString();
    }
    if (!REGISTRY.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "insecure registry " + text + " is not valid: expected HOST[:PORT] or a CIDR");
    }
    return text;
  }

  static URI mirror(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("invalid mirror: \"" + text + "\" is not a valid URI", e);
    }
    if (uri.getScheme() == null) {
      throw new IllegalArgumentException(
          "invalid mirror: no scheme specified for \""
              + text
              + "\": must use either 'https://' or 'http://'");
    }
    if (!uri.getScheme().equals("https") && !uri.getScheme().equals("http")) {
      throw new IllegalArgumentException(
          "invalid mirror: unsupported scheme \""
              + uri.getScheme()
              + "\" in \""
              + text
              + "\": must use either 'https://' or 'http://'");
    }
    if (uri.getHost() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "invalid mirror: \"" + text + "\" has no host, or has a query or fragment");
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException("invalid mirror: username/password not allowed in URI");
    }
    return URI.create(text.endsWith("/") ? text : text + "/");
  }

  static OptionType<List<DaemonOptions.AddressPool>> addressPools() {
    return new OptionType<>(
        "pool-options",
        OptionType.Shape.LIST,
        values -> values.stream().map(Values::addressPool).toList(),
        node -> {
          require(node.isArray(), node, "a list of objects with base and size");
          List<DaemonOptions.AddressPool> pools = new ArrayList<>();
          for (JsonNode element : node) {
            Map<String, JsonNode> fields = fields(element, "base", "size");
            JsonNode base = field(fields, "base");
            JsonNode size = field(fields, "size");
            require(size.isIntegralNumber(), size, "an integer as size");
            pools.add(addressPool(string(base), size.asInt()));
          }
          return List.copyOf(pools);
        });
  }

  private static DaemonOptions.AddressPool addressPool(String text) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String field : text.split(",", -1)) {
      if (field.indexOf('=') < 1) {
        throw new IllegalArgumentException(
            "invalid field '" + field + "' must be a key=value pair");
      }
      OptionType.putPair(fields, field);
    }
    String base = fields.remove("base");
    String size = fields.remove("size");
    if (base == null || size == null || !fields.isEmpty()) {
      throw new IllegalArgumentException("expected base=CIDR,size=BITS, found " + text);
    }
    if (!size.matches("\\d{1,3}")) {
      throw new IllegalArgumentException("invalid size value: " + size);
    }
    return addressPool(base, Integer.parseInt(size));
  }

  private static DaemonOptions.AddressPool addressPool(String base, int size) {
    Prefix cidr = ipv4Cidr(base);
    if (size < cidr.length() || size > 30) {
      throw new IllegalArgumentException("size " + size + " does not fit pool " + base);
    }
    return new DaemonOptions.AddressPool(cidr, size);
  }

  static OptionType<Map<String, DaemonOptions.OciRuntime>> runtimes() {
    return new OptionType<>(
        "runtime",
        OptionType.Shape.MAP,
        values -> {
          Map<String, DaemonOptions.OciRuntime> runtimes = new LinkedHashMap<>();
          for (String value : values) {
            int equals = value.indexOf('=');
            if (equals < 1) {
              throw new IllegalArgumentException("invalid runtime argument: " + value);
            }
            String name = runtimeName(value.substring(0, equals));
            if (runtimes.containsKey(name)) {
              throw new IllegalArgumentException("runtime '" + name + "' was already defined");
            }
            runtimes.put(
                name, new DaemonOptions.OciRuntime(absolutePath(value.substring(equals + 1))));
          }
          return runtimes;
        },
        node -> {
          require(node.isObject(), node, "an object of runtimes by name");
          Map<String, DaemonOptions.OciRuntime> runtimes = new LinkedHashMap<>();
          for (Map.Entry<String, JsonNode> entry : node.properties()) {
            Map<String, JsonNode> fields = fields(entry.getValue(), "path");
            runtimes.put(
                runtimeName(entry.getKey()),
                new DaemonOptions.OciRuntime(absolutePath(string(field(fields, "path")))));
          }
          return runtimes;
        });
  }

  private static String runtimeName(String name) {
    if (name.equals("crun") || name.equals("runc")) {
      throw new IllegalArgumentException("runtime name '" + name + "' is reserved");
    }
    return word(name);
  }

  static OptionType<Map<String, DaemonOptions.Ulimit>> ulimits() {
    return new OptionType<>(
        "ulimit",
        OptionType.Shape.LIST,
        values -> {
          Map<String, DaemonOptions.Ulimit> limits = new LinkedHashMap<>();
          for (String value : values) {
            DaemonOptions.Ulimit limit = Ulimits.parse(value);
            limits.put(limit.name(), limit);
          }
          return limits;
        },
        node -> {
          require(node.isObject(), node, "an object of limits by name");
          Map<String, DaemonOptions.Ulimit> limits = new LinkedHashMap<>();
          for (Map.Entry<String, JsonNode> entry : node.properties()) {
            Map<String, JsonNode> fields = fields(entry.getValue(), "Name", "Soft", "Hard");
            JsonNode name = fields.get("Name");
            if (name != null && !string(name).equals(entry.getKey())) {
              throw new IllegalArgumentException(
                  "limit " + entry.getKey() + " has the name " + string(name));
            }
            JsonNode soft = field(fields, "Soft");
            JsonNode hard = field(fields, "Hard");
            require(soft.isIntegralNumber() && soft.canConvertToLong(), soft, "an integer as Soft");
            require(hard.isIntegralNumber() && hard.canConvertToLong(), hard, "an integer as Hard");
            limits.put(entry.getKey(), Ulimits.check(entry.getKey(), soft.asLong(), hard.asLong()));
          }
          return limits;
        });
  }

  private static Map<String, JsonNode> fields(JsonNode object, String... known) {
    require(object.isObject(), object, "an object with " + String.join(", ", known));
    Map<String, JsonNode> fields = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      if (!List.of(known).contains(entry.getKey())) {
        throw new IllegalArgumentException(
            "unknown field \"" + entry.getKey() + "\"; known are " + String.join(", ", known));
      }
      fields.put(entry.getKey(), entry.getValue());
    }
    return fields;
  }

  private static JsonNode field(Map<String, JsonNode> fields, String name) {
    JsonNode node = fields.get(name);
    if (node == null) {
      throw new IllegalArgumentException("field \"" + name + "\" is missing");
    }
    return node;
  }
}
