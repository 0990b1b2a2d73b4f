package io.gantry.config;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * dockerd's options that Gantry does not have, with the reason, so that each is refused by name and
 * not as a spelling mistake.
 */
final class Unsupported {

  private static final String SWARM = "swarm is not supported";
  private static final String CONTAINERD = "Gantry runs containers without containerd";
  private static final String TLS = "TLS is not supported yet";
  private static final String IPV6 = "IPv6 for the default bridge is not supported";
  private static final String PROXY = "proxies are not supported; use a registry mirror";
  private static final String REMOVED = "dockerd has removed it";

  private static final Map<String, String> REASONS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("swarm-default-advertise-addr", SWARM),
              Map.entry("node-generic-resource", SWARM),
              Map.entry("node-generic-resources", SWARM),
              Map.entry("network-control-plane-mtu", SWARM),
              Map.entry("network-diagnostic-port", SWARM),
              Map.entry("cluster-advertise", SWARM),
              Map.entry("cluster-store", SWARM),
              Map.entry("cluster-store-opt", SWARM),
              Map.entry("cluster-store-opts", SWARM),
              Map.entry("containerd", CONTAINERD),
              Map.entry("containerd-namespace", CONTAINERD),
              Map.entry("containerd-plugins-namespace", CONTAINERD),
              Map.entry("cri-containerd", CONTAINERD),
              Map.entry("tls", TLS),
              Map.entry("tlsverify", TLS),
              Map.entry("tlscacert", TLS),
              Map.entry("tlscert", TLS),
              Map.entry("tlskey", TLS),
              Map.entry("ipv6", IPV6),
              Map.entry("bip6", IPV6),
              Map.entry("fixed-cidr-v6", IPV6),
              Map.entry("default-gateway-v6", IPV6),
              Map.entry("ip6tables", IPV6),
              Map.entry("http-proxy", PROXY),
              Map.entry("https-proxy", PROXY),
              Map.entry("no-proxy", PROXY),
              Map.entry("proxies", PROXY),
              Map.entry("api-cors-header", REMOVED),
              Map.entry("allow-nondistributable-artifacts", REMOVED),
              Map.entry("deprecated-key-path", REMOVED),
              Map.entry(
                  "allow-direct-routing",
                  "container addresses are reachable by the host's own rules only"),
              Map.entry("authorization-plugin", "authorization plugins are not supported yet"),
              Map.entry("authorization-plugins", "authorization plugins are not supported yet"),
              Map.entry("bridge-accept-fwmark", "firewall marks are not supported"),
              Map.entry("builder", "the builder has no options"),
              Map.entry("cdi-spec-dir", "the Container Device Interface is not supported"),
              Map.entry("cdi-spec-dirs", "the Container Device Interface is not supported"),
              Map.entry(
                  "cpu-rt-period", "real-time scheduling of the parent cgroup is not supported"),
              Map.entry(
                  "cpu-rt-runtime", "real-time scheduling of the parent cgroup is not supported"),
              Map.entry(
                  "default-network-opt", "default options for new networks are not supported"),
              Map.entry(
                  "default-network-opts", "default options for new networks are not supported"),
              Map.entry("feature", "there are no features to turn on or off"),
              Map.entry("features", "there are no features to turn on or off"),
              Map.entry("ip-forward-no-drop", "the policy of the FORWARD chain is never changed"),
              Map.entry("log-format", "the log has one format"),
              Map.entry("rootless", "the daemon needs root"),
              Map.entry("selinux-enabled", "SELinux labels are not supported"),
              Map.entry("userland-proxy-path", "the proxy is part of the daemon"),
              Map.entry("userns-remap", "user namespaces are not supported")));

  private Unsupported() {}

  /** Why the flag or key is refused; empty if it is no such option. */
  static Optional<String> reason(String name) {
    return Optional.ofNullable(REASONS.get(name));
  }

  /** The refused names with the reasons, sorted. */
  static Map<String, String> all() {
    return Map.copyOf(REASONS);
  }

  static ConfigurationException refusal(String spelled, String reason) {
    return new ConfigurationException("option " + spelled + " is not supported: " + reason);
  }
}
