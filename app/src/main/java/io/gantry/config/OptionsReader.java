package io.gantry.config;

import io.gantry.plugins.network.Prefix;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * Brings command line and file together and builds the typed record. What spans several options is
 * judged here.
 */
final class OptionsReader {

  private final CommandLine line;
  private final ConfigFile file;
  private final List<String> warnings = new ArrayList<>();

  private OptionsReader(CommandLine line, ConfigFile file) {
    this.line = line;
    this.file = file;
  }

  static DaemonOptions read(List<String> arguments) {
    return read(CommandLine.parse(arguments));
  }

  static DaemonOptions read(CommandLine line) {
    return read(line, file(line));
  }

  /** The file that the command line names, or the default one. */
  static ConfigFile file(CommandLine line) {
    Option<Path> named = OptionTable.CONFIG_FILE;
    List<String> flags = line.given().getOrDefault(named, List.of(named.defaultText()));
    Path path = named.type().fromFlags().apply(flags);
    return ConfigFile.read(path, line.given().containsKey(named));
  }

  static DaemonOptions read(CommandLine line, ConfigFile file) {
    try {
      OptionsReader reader = new OptionsReader(line, file);
      reader.refuseDoubled();
      return reader.build();
    } catch (ConfigurationException e) {
      throw file.path().isEmpty()
          ? e
          : ConfigFile.failed(file.path().get(), String.valueOf(e.getMessage()), e);
    }
  }

  private void refuseDoubled() {
    Map<String, String> doubled = new TreeMap<>();
    file.given()
        .forEach(
            (option, node) -> {
              List<String> flags = line.given().get(option);
              if (flags != null) {
                String key = option.key().orElseThrow();
                doubled.put(
                    key,
                    "%s: (from flag: %s, from file: %s)"
                        .formatted(key, GoText.of(option, flags), GoText.of(node)));
              }
            });
    if (!doubled.isEmpty()) {
      throw new ConfigurationException(
          "the following directives are specified both as a flag and in the configuration file: "
              + String.join(", ", doubled.values()));
    }
  }

  private DaemonOptions build() {
    return new DaemonOptions(
        required(OptionTable.HOST),
        required(OptionTable.GROUP),
        dataRoot(),
        required(OptionTable.EXEC_ROOT),
        required(OptionTable.PID_FILE),
        file.path(),
        logging(),
        labels(),
        required(OptionTable.EXPERIMENTAL),
        required(OptionTable.METRICS_ADDRESS),
        oomScoreAdjust(),
        network(),
        new DaemonOptions.Storage(
            required(OptionTable.STORAGE_DRIVER), orEmpty(OptionTable.STORAGE_OPT)),
        containers(),
        registry(),
        withoutEffect());
  }

  private Path dataRoot() {
    Optional<Path> graph = optional(OptionTable.GRAPH);
    if (graph.isEmpty()) {
      return required(OptionTable.DATA_ROOT);
    }
    if (given(OptionTable.DATA_ROOT)) {
      throw new ConfigurationException(
          "cannot specify both \"graph\" and \"data-root\": use data-root");
    }
    warnings.add("-g, --graph and \"graph\" are deprecated: use --data-root");
    return graph.get();
  }

  private DaemonOptions.Logging logging() {
    boolean debug = required(OptionTable.DEBUG);
    return new DaemonOptions.Logging(
        debug,
        debug ? DaemonOptions.LogLevel.DEBUG : required(OptionTable.LOG_LEVEL),
        required(OptionTable.RAW_LOGS));
  }

  private List<String> labels() {
    Map<String, String> byKey = new LinkedHashMap<>();
    for (String label : optional(OptionTable.LABEL).orElse(List.of())) {
      String other = byKey.putIfAbsent(label.substring(0, label.indexOf('=')), label);
      if (other != null && !other.equals(label)) {
        throw new ConfigurationException("conflict labels for " + label + " and " + other);
      }
    }
    return List.copyOf(byKey.values());
  }

  private Optional<Integer> oomScoreAdjust() {
    Optional<Integer> adjust = optional(OptionTable.OOM_SCORE_ADJUST);
    adjust.ifPresent(
        value ->
            check(
                value >= -1000 && value <= 1000,
                "invalid oom-score-adjust " + value + ": expected -1000 to 1000"));
    return adjust;
  }

  /** What is accepted and changes nothing is said, not swallowed. */
  private List<String> withoutEffect() {
    if (!required(OptionTable.LIVE_RESTORE)) {
      warnings.add("live-restore is always on: containers go on when the daemon ends");
    }
    if (given(OptionTable.SHUTDOWN_TIMEOUT)) {
      warnings.add("shutdown-timeout has no effect: containers always go on when the daemon ends");
    }
    if (!required(NetworkOptions.USERLAND_PROXY)) {
      warnings.add(
          "userland-proxy has no effect: published ports are translated by the firewall, and what"
              + " it cannot translate is always served by the daemon");
    }
    return warnings;
  }

  private DaemonOptions.Network network() {
    Optional<String> bridge = optional(NetworkOptions.BRIDGE);
    Optional<Prefix> bip = optional(NetworkOptions.BIP);
    Optional<Prefix> fixed = optional(NetworkOptions.FIXED_CIDR);
    check(
        bip.isEmpty() || bridge.isEmpty(),
        "You specified -b & --bip, mutually exclusive options. Please specify only one");
    boolean iptables = required(NetworkOptions.IPTABLES);
    boolean icc = required(NetworkOptions.ICC);
    check(
        iptables || icc,
        "You specified --iptables=false with --icc=false. ICC=false uses iptables to function."
            + " Please set --icc or --iptables to true");
    if (bip.isPresent() && fixed.isPresent()) {
      check(
          bip.get().contains(fixed.get()),
          "fixed-cidr " + fixed.get() + " is not inside the bridge's network " + bip.get());
    }
    Optional<InetAddress> gateway = optional(NetworkOptions.DEFAULT_GATEWAY);
    gateway.ifPresent(
        address ->
            check(
                address instanceof Inet4Address,
                "default-gateway " + address.getHostAddress() + " is not an IPv4 address"));
    Optional<Integer> mtu = optional(NetworkOptions.MTU);
    check(mtu.orElse(1500) >= 68, "invalid default MTU: " + mtu.orElse(1500));
    return new DaemonOptions.Network(
        bridge.orElse(DaemonOptions.Network.OWN_BRIDGE),
        bip,
        fixed,
        gateway,
        mtu,
        required(NetworkOptions.IP),
        required(NetworkOptions.IP_FORWARD),
        iptables && required(NetworkOptions.IP_MASQ),
        iptables,
        icc,
        optional(NetworkOptions.DNS).orElse(List.of()),
        optional(NetworkOptions.DNS_OPT).orElse(List.of()),
        optional(NetworkOptions.DNS_SEARCH).orElse(List.of()),
        optional(NetworkOptions.DEFAULT_ADDRESS_POOL).orElse(List.of()),
        optional(NetworkOptions.HOST_GATEWAY_IP).orElse(List.of()));
  }

  private DaemonOptions.Containers containers() {
    Map<String, DaemonOptions.OciRuntime> runtimes =
        optional(ContainerOptions.ADD_RUNTIME).orElse(Map.of());
    Optional<String> runtime = optional(ContainerOptions.DEFAULT_RUNTIME);
    runtime.ifPresent(
        name ->
            check(
                name.equals("crun") || name.equals("runc") || runtimes.containsKey(name),
                "specified default runtime '" + name + "' does not exist"));
    long shmSize = required(ContainerOptions.DEFAULT_SHM_SIZE);
    check(shmSize > 0, "default-shm-size must be greater than 0");
    return new DaemonOptions.Containers(
        required(ContainerOptions.LOG_DRIVER),
        orEmpty(ContainerOptions.LOG_OPT),
        umask(),
        runtime,
        runtimes,
        required(ContainerOptions.INIT),
        optional(ContainerOptions.INIT_PATH),
        optional(ContainerOptions.DEFAULT_ULIMIT).orElse(Map.of()),
        shmSize,
        required(ContainerOptions.CGROUP_PARENT),
        required(ContainerOptions.SECCOMP_PROFILE),
        required(ContainerOptions.NO_NEW_PRIVILEGES),
        optional(ContainerOptions.DEFAULT_CGROUPNS_MODE),
        required(ContainerOptions.DEFAULT_IPC_MODE),
        optional(ContainerOptions.HOOK_SPEC));
  }

  private DaemonOptions.Umask umask() {
    DaemonOptions.Umask umask = DaemonOptions.Umask.SECURE;
    for (Map.Entry<String, String> option : orEmpty(ContainerOptions.EXEC_OPT).entrySet()) {
      String value = option.getValue();
      switch (option.getKey()) {
        case "native.umask" ->
            umask =
                switch (value) {
                  case "normal" -> DaemonOptions.Umask.NORMAL;
                  case "secure" -> DaemonOptions.Umask.SECURE;
                  default ->
                      throw new ConfigurationException(
                          "native.umask option " + value + " not supported");
                };
        case "native.cgroupdriver" ->
            check(
                value.equals("cgroupfs"),
                "invalid exec-opt (native.cgroupdriver=" + value + "): only cgroupfs is supported");
        default ->
            throw new ConfigurationException(
                "invalid exec-opt (%s=%s): unknown option: '%s'"
                    .formatted(option.getKey(), value, option.getKey()));
      }
    }
    return umask;
  }

  private DaemonOptions.Registry registry() {
    int downloads = required(OptionTable.MAX_CONCURRENT_DOWNLOADS);
    int uploads = required(OptionTable.MAX_CONCURRENT_UPLOADS);
    int attempts = required(OptionTable.MAX_DOWNLOAD_ATTEMPTS);
    check(downloads > 0, "invalid max concurrent downloads: " + downloads);
    check(uploads > 0, "invalid max concurrent uploads: " + uploads);
    check(attempts > 0, "invalid max download attempts: " + attempts);
    return new DaemonOptions.Registry(
        optional(OptionTable.INSECURE_REGISTRY).orElse(List.of()),
        optional(OptionTable.REGISTRY_MIRROR).orElse(List.of()),
        downloads,
        uploads,
        attempts);
  }

  private static void check(boolean condition, String otherwise) {
    if (!condition) {
      throw new ConfigurationException(otherwise);
    }
  }

  private boolean given(Option<?> option) {
    return line.given().containsKey(option) || file.given().containsKey(option);
  }

  private Map<String, String> orEmpty(Option<Map<String, String>> option) {
    return optional(option).orElse(Map.of());
  }

  private <T> T required(Option<T> option) {
    return optional(option)
        .orElseGet(() -> option.type().fromFlags().apply(List.of(option.defaultText())));
  }

  /**
   * What the user said; empty if nothing. Both sources were checked value by value when they were
   * read.
   */
  private <T> Optional<T> optional(Option<T> option) {
    List<String> flags = line.given().get(option);
    if (flags != null) {
      return Optional.of(option.type().fromFlags().apply(flags));
    }
    JsonNode node = file.given().get(option);
    return node == null ? Optional.empty() : Optional.of(option.type().fromJson().apply(node));
  }
}
