package io.gantry.registry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code HTTP_PROXY}, {@code HTTPS_PROXY} and {@code NO_PROXY}, read as dockerd reads them; never
 * for the loopback.
 */
final class ProxyFromEnvironment extends ProxySelector {

  private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);

  private final Optional<Proxy> http;
  private final Optional<Proxy> https;
  private final List<String> exceptions;

  ProxyFromEnvironment(Map<String, String> environment) {
    http = proxy(variable(environment, "HTTP_PROXY"));
    https = proxy(variable(environment, "HTTPS_PROXY"));
    exceptions =
        List.of(variable(environment, "NO_PROXY").toLowerCase(Locale.ROOT).split("[,\\s]+", -1));
  }

  private static String variable(Map<String, String> environment, String name) {
    String value = environment.get(name);
    return value != null ? value : environment.getOrDefault(name.toLowerCase(Locale.ROOT), "");
  }

  private static Optional<Proxy> proxy(String value) {
    if (value.isBlank()) {
      return Optional.empty();
    }
    URI uri = URI.create(value.contains("://") ? value.strip() : "http://" + value.strip());
    if (uri.getHost() == null) {
      return Optional.empty();
    }
    return Optional.of(
        new Proxy(
            Proxy.Type.HTTP,
            InetSocketAddress.createUnresolved(uri.getHost(), RegistryErrors.port(uri))));
  }

  @Override
  public List<Proxy> select(URI uri) {
    Optional<Proxy> proxy = "https".equals(uri.getScheme()) ? https : http;
    return proxy.isEmpty() || isException(uri) ? DIRECT : List.of(proxy.get());
  }

  private boolean isException(URI uri) {
    String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
    if (host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]")) {
      return true;
    }
    for (String entry : exceptions) {
      String suffix = entry.startsWith("*.") ? entry.substring(1) : entry;
      if (suffix.isEmpty()) {
        continue;
      }
      if (suffix.equals("*")
          || suffix.equals(host)
          || suffix.equals(host + ":" + RegistryErrors.port(uri))
          || host.endsWith(suffix.startsWith(".") ? suffix : "." + suffix)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // the request fails with the same exception
  }
}
