package io.gantry.registry;

import io.gantry.plugins.network.Prefix;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a registry is looked for: Docker Hub with its mirrors, all others by https, insecure ones
 * by https without a look at the certificate and then by http. Loopback addresses are insecure
 * without being listed.
 *
 * @param insecure hosts (with port or without) and networks in CIDR notation
 * @param mirrors base addresses of mirrors of Docker Hub
 */
public record RegistryPolicy(List<String> insecure, List<String> mirrors) {

  /** No mirrors, nothing insecure but the loopback. */
  public static final RegistryPolicy DEFAULT = new RegistryPolicy(List.of(), List.of());

  private static final String HUB = "docker.io";
  private static final URI HUB_BASE = URI.create("https://registry-1.docker.io");

  public RegistryPolicy {
    insecure = List.copyOf(insecure);
    mirrors = List.copyOf(mirrors);
  }

  /** In the order in which they are tried for reading. */
  public List<RegistryEndpoint> forPull(String domain) {
    List<RegistryEndpoint> endpoints = new ArrayList<>();
    if (domain.equals(HUB)) {
      for (String mirror : mirrors) {
        URI base = URI.create(mirror.replaceAll("/+$", ""));
        endpoints.add(new RegistryEndpoint(base, !isInsecure(base.getAuthority()), true));
      }
    }
    endpoints.addAll(forPush(domain));
    return endpoints;
  }

  /** In the order in which they are tried for writing and for logins. */
  public List<RegistryEndpoint> forPush(String domain) {
    if (domain.equals(HUB) || domain.equals("index.docker.io")) {
      return List.of(new RegistryEndpoint(HUB_BASE, true, false));
    }
    if (!isInsecure(domain)) {
      return List.of(new RegistryEndpoint(URI.create("https://" + domain), true, false));
    }
    return List.of(
        new RegistryEndpoint(URI.create("https://" + domain), false, false),
        new RegistryEndpoint(URI.create("http://" + domain), false, false));
  }

  /** Whether a registry may be spoken to without a valid certificate. */
  public boolean isInsecure(String domain) {
    String host = host(domain);
    for (String entry : insecure) {
      if (entry.equals(domain) || entry.equals(host)) {
        return true;
      }
    }
    InetAddress[] addresses;
    try {
      addresses = InetAddress.getAllByName(host);
    } catch (UnknownHostException e) {
      return false;
    }
    for (InetAddress address : addresses) {
      if (address.isLoopbackAddress()
          || insecure.stream().anyMatch(net -> contains(net, address))) {
        return true;
      }
    }
    return false;
  }

  private static String host(String domain) {
    if (domain.startsWith("[")) {
      int end = domain.indexOf(']');
      return end < 0 ? domain : domain.substring(1, end);
    }
    int colon = domain.indexOf(':');
    return colon < 0 ? domain : domain.substring(0, colon);
  }

  private static boolean contains(String network, InetAddress address) {
    try {
      return Prefix.parse(network).contains(address);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
