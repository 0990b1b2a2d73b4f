package io.gantry.config;

import static io.gantry.config.OptionType.bool;
import static io.gantry.config.OptionType.integer;
import static io.gantry.config.OptionType.list;
import static io.gantry.config.OptionType.pairs;
import static io.gantry.config.OptionType.string;
import static io.gantry.config.OptionType.text;

import io.gantry.config.Option.Section;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All options of the daemon, in dockerd's spelling. The command line, {@code daemon.json}, {@code
 * --help} and {@code docs/daemon-options.md} are all made from this table.
 */
final class OptionTable {

  // Daemon
  private static final OptionGroup DAEMON = new OptionGroup(Section.DAEMON);
  static final Option<List<ListenAddress>> HOST =
      DAEMON.add(
          "host",
          list("list", Values::listenAddress),
          "Where to serve the API: unix://PATH or tcp://LOOPBACK-ADDRESS:PORT",
          option -> option.letter('H').key("hosts").defaults("unix:///run/gantry/gantry.sock"));
  static final Option<String> GROUP =
      DAEMON.add(
          "group",
          string(),
          "Group that owns the Unix socket; empty for none",
          option -> option.letter('G').defaults("docker"));
  static final Option<Path> CONFIG_FILE =
      DAEMON.add(
          "config-file",
          text("string", Values::path),
          "Configuration file",
          option -> option.flagOnly().defaults("/etc/gantry/daemon.json"));
  static final Option<Path> DATA_ROOT =
      DAEMON.add(
          "data-root",
          text("string", Values::absolutePath),
          "Root directory of what is kept",
          option -> option.defaults("/var/lib/gantry"));
  static final Option<Path> GRAPH =
      DAEMON.add(
          "graph",
          text("string", Values::absolutePath),
          "Deprecated: use --data-root",
          option -> option.letter('g'));
  static final Option<Path> EXEC_ROOT =
      DAEMON.add(
          "exec-root",
          text("string", Values::absolutePath),
          "Root directory of what lasts until the next boot",
          option -> option.defaults("/run/gantry"));
  static final Option<Path> PID_FILE =
      DAEMON.add(
          "pidfile",
          text("string", Values::absolutePath),
          "File for the daemon's process id",
          option -> option.letter('p').defaults("/run/gantry/gantry.pid"));
  static final Option<List<String>> LABEL =
      DAEMON.add(
          "label",
          list("list", Values::label),
          "Labels of the daemon, key=value",
          option -> option.key("labels").reloadable());
  static final Option<Boolean> EXPERIMENTAL =
      DAEMON.add(
          "experimental",
          bool(),
          "Say in /info and /_ping that experimental features are on; Gantry has none",
          option -> option.defaults("false"));
  static final Option<Integer> SHUTDOWN_TIMEOUT =
      DAEMON.add(
          "shutdown-timeout",
          integer(),
          "Accepted; containers always go on when the daemon ends",
          option -> option.defaults("15").reloadable());
  static final Option<Boolean> LIVE_RESTORE =
      DAEMON.add(
          "live-restore",
          bool(),
          "Accepted; containers always go on when the daemon ends",
          option -> option.defaults("true").reloadable());
  static final Option<Optional<InetSocketAddress>> METRICS_ADDRESS =
      DAEMON.add(
          "metrics-addr",
          text("string", Values::metricsAddress),
          "Loopback address of health and metrics; empty for none",
          option -> option.defaults("127.0.0.1:9323"));
  static final Option<Integer> OOM_SCORE_ADJUST =
      DAEMON.add("oom-score-adjust", integer(), "The daemon's oom_score_adj, -1000 to 1000");

  // Logging
  private static final OptionGroup LOGGING = new OptionGroup(Section.LOGGING);
  static final Option<Boolean> DEBUG =
      LOGGING.add(
          "debug",
          bool(),
          "Log what helps to find faults",
          option -> option.letter('D').defaults("false").reloadable());
  static final Option<DaemonOptions.LogLevel> LOG_LEVEL =
      LOGGING.add(
          "log-level",
          text("string", Values::logLevel),
          "debug, info, warn, error or fatal",
          option -> option.letter('l').defaults("info").reloadable());
  static final Option<Boolean> RAW_LOGS =
      LOGGING.add(
          "raw-logs",
          bool(),
          "Accepted; the log always has full timestamps and no colours",
          option -> option.defaults("false"));

  // Storage
  private static final OptionGroup STORAGE = new OptionGroup(Section.STORAGE);
  static final Option<String> STORAGE_DRIVER =
      STORAGE.add(
          "storage-driver",
          text("string", Values::word),
          "Storage driver",
          option -> option.letter('s').defaults("overlay2"));
  static final Option<Map<String, String>> STORAGE_OPT =
      STORAGE.add(
          "storage-opt",
          pairs(),
          "Options of the storage driver",
          option -> option.key("storage-opts"));

  // Registries
  private static final OptionGroup REGISTRY = new OptionGroup(Section.REGISTRY);
  static final Option<List<String>> INSECURE_REGISTRY =
      REGISTRY.add(
          "insecure-registry",
          list("list", Values::insecureRegistry),
          "Registry, or network of registries, that may be plain HTTP or have an unknown"
              + " certificate",
          option -> option.key("insecure-registries").reloadable());
  static final Option<List<URI>> REGISTRY_MIRROR =
      REGISTRY.add(
          "registry-mirror",
          list("list", Values::mirror),
          "Mirror of Docker Hub",
          option -> option.key("registry-mirrors").reloadable());
  static final Option<Integer> MAX_CONCURRENT_DOWNLOADS =
      REGISTRY.add(
          "max-concurrent-downloads",
          integer(),
          "Layers fetched at once",
          option -> option.defaults("3").reloadable());
  static final Option<Integer> MAX_CONCURRENT_UPLOADS =
      REGISTRY.add(
          "max-concurrent-uploads",
          integer(),
          "Layers sent at once",
          option -> option.defaults("5").reloadable());
  static final Option<Integer> MAX_DOWNLOAD_ATTEMPTS =
      REGISTRY.add(
          "max-download-attempts",
          integer(),
          "How often a layer is tried",
          option -> option.defaults("5").reloadable());

  private OptionTable() {}

  /** All options, in the order of the documentation. */
  static List<Option<?>> all() {
    return Stream.of(
            DAEMON.all(),
            LOGGING.all(),
            NetworkOptions.all(),
            STORAGE.all(),
            ContainerOptions.all(),
            REGISTRY.all())
        .<Option<?>>flatMap(List::stream)
        .toList();
  }
}
