package io.gantry.config;

import static io.gantry.config.OptionType.bool;
import static io.gantry.config.OptionType.bytes;
import static io.gantry.config.OptionType.integer;
import static io.gantry.config.OptionType.list;
import static io.gantry.config.OptionType.map;
import static io.gantry.config.OptionType.pairs;
import static io.gantry.config.OptionType.string;
import static io.gantry.config.OptionType.text;

import io.gantry.config.Option.Section;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All options of the daemon, in dockerd's spelling. The command line, {@code daemon.json}, {@code
 * --help} and {@code docs/daemon-options.md} are all made from this table.
 */
final class OptionTable {

  private static final List<Option<?>> TABLE = new ArrayList<>();

  // Daemon
  static final Option<List<ListenAddress>> HOST =
      add(
          option(
                  "host",
                  list("list", Values::listenAddress),
                  Section.DAEMON,
                  "Where to serve the API: unix://PATH or tcp://LOOPBACK-ADDRESS:PORT")
              .letter('H')
              .key("hosts")
              .defaults("unix:///run/gantry/gantry.sock"));
  static final Option<String> GROUP =
      add(
          option(
                  "group",
                  string(),
                  Section.DAEMON,
                  "Group that owns the Unix socket; empty for none")
              .letter('G')
              .defaults("docker"));
  static final Option<Path> CONFIG_FILE =
      add(
          option("config-file", text("string", Values::path), Section.DAEMON, "Configuration file")
              .flagOnly()
              .defaults("/etc/gantry/daemon.json"));
  static final Option<Path> DATA_ROOT =
      add(
          option(
                  "data-root",
                  text("string", Values::absolutePath),
                  Section.DAEMON,
                  "Root directory of what is kept")
              .defaults("/var/lib/gantry"));
  static final Option<Path> GRAPH =
      add(
          option(
                  "graph",
                  text("string", Values::absolutePath),
                  Section.DAEMON,
                  "Deprecated: use --data-root")
              .letter('g'));
  static final Option<Path> EXEC_ROOT =
      add(
          option(
                  "exec-root",
                  text("string", Values::absolutePath),
                  Section.DAEMON,
                  "Root directory of what lasts until the next boot")
              .defaults("/run/gantry"));
  static final Option<Path> PID_FILE =
      add(
          option(
                  "pidfile",
                  text("string", Values::absolutePath),
                  Section.DAEMON,
                  "File for the daemon's process id")
              .letter('p')
              .defaults("/run/gantry/gantry.pid"));
  static final Option<List<String>> LABEL =
      add(
          option(
                  "label",
                  list("list", Values::label),
                  Section.DAEMON,
                  "Labels of the daemon, key=value")
              .key("labels")
              .reloadable());
  static final Option<Boolean> EXPERIMENTAL =
      add(
          option(
                  "experimental",
                  bool(),
                  Section.DAEMON,
                  "Say in /info and /_ping that experimental features are on; Gantry has none")
              .defaults("false"));
  static final Option<Integer> SHUTDOWN_TIMEOUT =
      add(
          option(
                  "shutdown-timeout",
                  integer(),
                  Section.DAEMON,
                  "Accepted; containers always go on when the daemon ends")
              .defaults("15")
              .reloadable());
  static final Option<Boolean> LIVE_RESTORE =
      add(
          option(
                  "live-restore",
                  bool(),
                  Section.DAEMON,
                  "Accepted; containers always go on when the daemon ends")
              .defaults("true")
              .reloadable());
  static final Option<Optional<InetSocketAddress>> METRICS_ADDRESS =
      add(
          option(
                  "metrics-addr",
                  text("string", Values::metricsAddress),
                  Section.DAEMON,
                  "Loopback address of health and metrics; empty for none")
              .defaults("127.0.0.1:9323"));
  static final Option<Integer> OOM_SCORE_ADJUST =
      add(
          option(
              "oom-score-adjust",
              integer(),
              Section.DAEMON,
              "The daemon's oom_score_adj, -1000 to 1000"));

  // Logging
  static final Option<Boolean> DEBUG =
      add(
          option("debug", bool(), Section.LOGGING, "Log what helps to find faults")
              .letter('D')
              .defaults("false")
              .reloadable());
  static final Option<DaemonOptions.LogLevel> LOG_LEVEL =
      add(
          option(
                  "log-level",
                  text("string", Values::logLevel),
                  Section.LOGGING,
                  "debug, info, warn, error or fatal")
              .letter('l')
              .defaults("info")
              .reloadable());
  static final Option<Boolean> RAW_LOGS =
      add(
          option(
                  "raw-logs",
                  bool(),
                  Section.LOGGING,
                  "Accepted; the log always has full timestamps and no colours")
              .defaults("false"));

  // Networks
  static final Option<String> BRIDGE =
      add(
          option(
                  "bridge",
                  text("string", Values::bridge),
                  Section.NETWORK,
                  "Existing bridge for the default network, or none; gantry0 is made if unset")
              .letter('b'));
  static final Option<Cidr> BIP =
      add(
          option(
              "bip",
              text("string", Values::ipv4Cidr),
              Section.NETWORK,
              "Address and network of the default bridge; the last one is kept if unset"));
  static final Option<Cidr> FIXED_CIDR =
      add(
          option(
              "fixed-cidr",
              text("string", Values::ipv4Cidr),
              Section.NETWORK,
              "Part of the default bridge's network that containers get addresses from"));
  static final Option<InetAddress> DEFAULT_GATEWAY =
      add(
          option(
              "default-gateway",
              text("ip", Values::address),
              Section.NETWORK,
              "Router of containers on the default bridge; the bridge's address if unset"));
  static final Option<Integer> MTU =
      add(
          option(
              "mtu",
              integer(),
              Section.NETWORK,
              "MTU of the default bridge network; that of the default route if unset"));
  static final Option<InetAddress> IP =
      add(
          option(
                  "ip",
                  text("ip", Values::address),
                  Section.NETWORK,
                  "Host address that published ports listen on by default")
              .defaults("0.0.0.0"));
  static final Option<Boolean> IP_FORWARD =
      add(
          option("ip-forward", bool(), Section.NETWORK, "Turn on IP forwarding in the kernel")
              .defaults("true"));
  static final Option<Boolean> IP_MASQ =
      add(
          option("ip-masq", bool(), Section.NETWORK, "Masquerade what leaves the default bridge")
              .defaults("true"));
  static final Option<Boolean> IPTABLES =
      add(option("iptables", bool(), Section.NETWORK, "Add firewall rules").defaults("true"));
  static final Option<Boolean> ICC =
      add(
          option(
                  "icc",
                  bool(),
                  Section.NETWORK,
                  "Let containers on the default bridge reach each other")
              .defaults("true"));
  static final Option<Boolean> USERLAND_PROXY =
      add(
          option(
                  "userland-proxy",
                  bool(),
                  Section.NETWORK,
                  "Accepted; what the firewall cannot translate is always served by the daemon")
              .defaults("true"));
  static final Option<List<InetAddress>> DNS =
      add(
          option(
              "dns", list("list", Values::address), Section.NETWORK, "DNS servers of containers"));
  static final Option<List<String>> DNS_OPT =
      add(
          option(
                  "dns-opt",
                  list("list", Values::word),
                  Section.NETWORK,
                  "Options in containers' resolv.conf")
              .key("dns-opts"));
  static final Option<List<String>> DNS_SEARCH =
      add(
          option(
              "dns-search",
              list("list", Values::domain),
              Section.NETWORK,
              "Search domains in containers' resolv.conf"));
  static final Option<List<DaemonOptions.AddressPool>> DEFAULT_ADDRESS_POOL =
      add(
          option(
                  "default-address-pool",
                  Values.addressPools(),
                  Section.NETWORK,
                  "Where new networks get subnets from: base=CIDR,size=BITS")
              .key("default-address-pools"));
  static final Option<List<InetAddress>> HOST_GATEWAY_IP =
      add(
          option(
                  "host-gateway-ip",
                  list("list", Values::address),
                  Section.NETWORK,
                  "What host-gateway in --add-host stands for; the bridge's address if unset")
              .key("host-gateway-ips"));

  // Storage
  static final Option<String> STORAGE_DRIVER =
      add(
          option("storage-driver", text("string", Values::word), Section.STORAGE, "Storage driver")
              .letter('s')
              .defaults("overlay2"));
  static final Option<Map<String, String>> STORAGE_OPT =
      add(
          option("storage-opt", pairs(), Section.STORAGE, "Options of the storage driver")
              .key("storage-opts"));

  // Containers
  static final Option<String> LOG_DRIVER =
      add(
          option(
                  "log-driver",
                  text("string", Values::word),
                  Section.CONTAINERS,
                  "Log driver of containers")
              .defaults("json-file"));
  static final Option<Map<String, String>> LOG_OPT =
      add(
          option("log-opt", map("map"), Section.CONTAINERS, "Options of the default log driver")
              .key("log-opts"));
  static final Option<Map<String, String>> EXEC_OPT =
      add(
          option(
                  "exec-opt",
                  pairs(),
                  Section.CONTAINERS,
                  "native.umask=normal|secure (default secure), native.cgroupdriver=cgroupfs")
              .key("exec-opts"));
  static final Option<String> DEFAULT_RUNTIME =
      add(
          option(
                  "default-runtime",
                  text("string", Values::word),
                  Section.CONTAINERS,
                  "OCI runtime of containers; crun if it is there and works, else runc, if unset")
              .reloadable());
  static final Option<Map<String, DaemonOptions.OciRuntime>> ADD_RUNTIME =
      add(
          option(
                  "add-runtime",
                  Values.runtimes(),
                  Section.CONTAINERS,
                  "Register an OCI runtime: NAME=PATH")
              .key("runtimes"));
  static final Option<Boolean> INIT =
      add(
          option(
                  "init",
                  bool(),
                  Section.CONTAINERS,
                  "Run an init in containers that forwards signals and reaps processes")
              .defaults("false"));
  static final Option<Path> INIT_PATH =
      add(
          option(
              "init-path",
              text("string", Values::absolutePath),
              Section.CONTAINERS,
              "Program for --init; the installed tini, catatonit or docker-init if unset"));
  static final Option<Map<String, DaemonOptions.Ulimit>> DEFAULT_ULIMIT =
      add(
          option(
                  "default-ulimit",
                  Values.ulimits(),
                  Section.CONTAINERS,
                  "Resource limits: NAME=SOFT[:HARD]")
              .key("default-ulimits"));
  static final Option<Long> DEFAULT_SHM_SIZE =
      add(
          option("default-shm-size", bytes(), Section.CONTAINERS, "Size of /dev/shm")
              .defaults("64MiB")
              .reloadable());
  static final Option<String> CGROUP_PARENT =
      add(
          option(
                  "cgroup-parent",
                  string(),
                  Section.CONTAINERS,
                  "Cgroup below which containers get theirs")
              .defaults("/gantry"));
  static final Option<String> SECCOMP_PROFILE =
      add(
          option(
                  "seccomp-profile",
                  text("string", Values::seccompProfile),
                  Section.CONTAINERS,
                  "builtin, unconfined, or a file")
              .defaults("builtin"));
  static final Option<Boolean> NO_NEW_PRIVILEGES =
      add(
          option(
                  "no-new-privileges",
                  bool(),
                  Section.CONTAINERS,
                  "Set no_new_privs for containers by default")
              .defaults("false"));
  static final Option<String> DEFAULT_CGROUPNS_MODE =
      add(
          option(
                  "default-cgroupns-mode",
                  text("string", Values.oneOf("host", "private")),
                  Section.CONTAINERS,
                  "Cgroup namespace of containers: host or private; private on cgroup v2, else"
                      + " host, if unset")
              .reloadable());
  static final Option<String> DEFAULT_IPC_MODE =
      add(
          option(
                  "default-ipc-mode",
                  text("string", Values.oneOf("private", "shareable")),
                  Section.CONTAINERS,
                  "IPC mode of containers: private or shareable")
              .defaults("private")
              .reloadable());
  static final Option<Path> HOOK_SPEC =
      add(
          option(
              "hook-spec",
              text("string", Values::absolutePath),
              Section.CONTAINERS,
              "File with hooks that all containers have, before their own; programs are in"
                  + " DATA-ROOT/hooks"));

  // Registries
  static final Option<List<String>> INSECURE_REGISTRY =
      add(
          option(
                  "insecure-registry",
                  list("list", Values::insecureRegistry),
                  Section.REGISTRY,
                  "Registry, or network of registries, that may be plain HTTP or have an unknown"
                      + " certificate")
              .key("insecure-registries")
              .reloadable());
  static final Option<List<URI>> REGISTRY_MIRROR =
      add(
          option(
                  "registry-mirror",
                  list("list", Values::mirror),
                  Section.REGISTRY,
                  "Mirror of Docker Hub")
              .key("registry-mirrors")
              .reloadable());
  static final Option<Integer> MAX_CONCURRENT_DOWNLOADS =
      add(
          option("max-concurrent-downloads", integer(), Section.REGISTRY, "Layers fetched at once")
              .defaults("3")
              .reloadable());
  static final Option<Integer> MAX_CONCURRENT_UPLOADS =
      add(
          option("max-concurrent-uploads", integer(), Section.REGISTRY, "Layers sent at once")
              .defaults("5")
              .reloadable());
  static final Option<Integer> MAX_DOWNLOAD_ATTEMPTS =
      add(
          option("max-download-attempts", integer(), Section.REGISTRY, "How often a layer is tried")
              .defaults("5")
              .reloadable());

  private OptionTable() {}

  /** All options, in the order of the documentation. */
  static List<Option<?>> all() {
    return List.copyOf(TABLE);
  }

  private static <T> Option<T> option(
      String name, OptionType<T> type, Section section, String documentation) {
    return new Option<>(
        name, Optional.empty(), Optional.of(name), type, "", documentation, section, false);
  }

  private static <T> Option<T> add(Option<T> option) {
    TABLE.add(option);
    return option;
  }
}
