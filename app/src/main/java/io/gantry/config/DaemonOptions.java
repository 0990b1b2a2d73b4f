package io.gantry.config;

import io.gantry.plugins.network.Prefix;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything the daemon was told, by flags and by {@code daemon.json}, checked and typed.
 * Immutable; made by {@link CurrentOptions} and handed to whoever needs a part of it. The spelling,
 * the defaults and the documentation of each option are in {@link OptionTable}.
 *
 * @param hosts where the API listens, at least one
 * @param group owner of the Unix sockets; empty leaves them to root's group
 * @param configFile the file that was read, empty if there was none
 * @param warnings what the user should be told once, in the log
 */
public record DaemonOptions(
    List<ListenAddress> hosts,
    String group,
    Path dataRoot,
    Path execRoot,
    Path pidFile,
    Optional<Path> configFile,
    Logging logging,
    List<String> labels,
    boolean experimental,
    Optional<InetSocketAddress> metricsAddress,
    Optional<Integer> oomScoreAdjust,
    Network network,
    Storage storage,
    Containers containers,
    Registry registry,
    List<String> warnings) {

  public DaemonOptions {
    hosts = List.copyOf(hosts);
    labels = List.copyOf(labels);
    warnings = List.copyOf(warnings);
  }

  /** This with those options of another that can change while the daemon runs. */
  DaemonOptions reloaded(DaemonOptions other) {
    return new DaemonOptions(
        hosts,
        group,
        dataRoot,
        execRoot,
        pidFile,
        configFile,
        other.logging,
        other.labels,
        experimental,
        metricsAddress,
        oomScoreAdjust,
        network,
        storage,
        containers.reloaded(other.containers),
        other.registry,
        other.warnings);
  }

  /** The daemon's own log. */
  public record Logging(boolean debug, LogLevel level, boolean raw) {}

  /** How much the daemon says, least last. */
  public enum LogLevel {
    DEBUG,
    INFO,
    WARN,
    ERROR,
    FATAL
  }

  /**
   * The default bridge network, and what all networks have in common.
   *
   * @param bridge the bridge device: {@code gantry0} made by the daemon, one that exists, or {@code
   *     none} for no default bridge network
   * @param bip address and network of the daemon's own bridge; empty: chosen by the daemon and kept
   * @param defaultGateway an IPv4 address; empty: the bridge's own
   * @param mtu empty: the MTU of the host's default route
   * @param bindAddress where published ports listen unless told otherwise
   * @param ipMasq only where {@code iptables} is true
   */
  public record Network(
      String bridge,
      Optional<Prefix> bip,
      Optional<Prefix> fixedCidr,
      Optional<InetAddress> defaultGateway,
      Optional<Integer> mtu,
      InetAddress bindAddress,
      boolean ipForward,
      boolean ipMasq,
      boolean iptables,
      boolean icc,
      List<InetAddress> dns,
      List<String> dnsOptions,
      List<String> dnsSearch,
      List<AddressPool> addressPools,
      List<InetAddress> hostGatewayAddresses) {

    /** The device the daemon makes for itself if {@code --bridge} does not name another. */
    public static final String OWN_BRIDGE = "gantry0";

    /** The value of {@code --bridge} that means: no default bridge network. */
    public static final String NO_BRIDGE = "none";

    public Network {
      dns = List.copyOf(dns);
      dnsOptions = List.copyOf(dnsOptions);
      dnsSearch = List.copyOf(dnsSearch);
      addressPools = List.copyOf(addressPools);
      hostGatewayAddresses = List.copyOf(hostGatewayAddresses);
    }
  }

  /**
   * Where new networks get their subnets.
   *
   * @param size prefix length of the subnets cut from {@code base}
   */
  public record AddressPool(Prefix base, int size) {}

  /**
   * Storage of images and containers.
   *
   * @param driver overlay2 unless another was named
   * @param options as given, with the driver's prefix ({@code overlay2.size})
   */
  public record Storage(String driver, Map<String, String> options) {
    public Storage {
      options = ordered(options);
    }
  }

  /**
   * Defaults for containers; what a container says for itself wins.
   *
   * @param defaultRuntime empty: crun, or runc where crun is not installed or cannot run
   * @param runtimes added by the user; {@code crun} and {@code runc} are always there
   * @param initPath empty: the first of tini, catatonit and docker-init that is installed
   * @param shmSize bytes
   * @param seccompProfile {@code builtin}, {@code unconfined}, or a file
   * @param cgroupnsMode empty: {@code private} on cgroup v2, else {@code host}
   * @param hookSpec file with hooks of all containers
   */
  public record Containers(
      String logDriver,
      Map<String, String> logOptions,
      Umask umask,
      Optional<String> defaultRuntime,
      Map<String, OciRuntime> runtimes,
      boolean init,
      Optional<Path> initPath,
      Map<String, Ulimit> ulimits,
      long shmSize,
      String cgroupParent,
      String seccompProfile,
      boolean noNewPrivileges,
      Optional<String> cgroupnsMode,
      String ipcMode,
      Optional<Path> hookSpec) {
    public Containers {
      logOptions = ordered(logOptions);
      runtimes = ordered(runtimes);
      ulimits = ordered(ulimits);
    }

    private Containers reloaded(Containers other) {
      return new Containers(
          logDriver,
          logOptions,
          umask,
          other.defaultRuntime,
          runtimes,
          init,
          initPath,
          ulimits,
          other.shmSize,
          cgroupParent,
          seccompProfile,
          noNewPrivileges,
          other.cgroupnsMode,
          other.ipcMode,
          hookSpec);
    }
  }

  /** The umask of a container's processes: {@code --exec-opt native.umask}. */
  public enum Umask {
    /** 0022 */
    NORMAL,
    /** 0027 */
    SECURE
  }

  /** An OCI runtime the user added. */
  public record OciRuntime(Path path) {}

  /**
   * A resource limit by the kernel's {@code RLIMIT_*}, in the kernel's units.
   *
   * @param soft -1: unlimited
   * @param hard -1: unlimited
   */
  public record Ulimit(String name, long soft, long hard) {}

  /**
   * Image registries.
   *
   * @param insecure {@code host[:port]} or CIDR, for which plain HTTP and unverified TLS are
   *     allowed
   * @param mirrors of Docker Hub, tried in this order
   */
  public record Registry(
      List<String> insecure,
      List<URI> mirrors,
      int maxConcurrentDownloads,
      int maxConcurrentUploads,
      int maxDownloadAttempts) {
    public Registry {
      insecure = List.copyOf(insecure);
      mirrors = List.copyOf(mirrors);
    }
  }

  private static <V> Map<String, V> ordered(Map<String, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /**
   * Reads the command line (without the word {@code daemon}) and the configuration file it names or
   * the default one.
   *
   * @throws ConfigurationException with the line to show to the user
   */
  public static DaemonOptions read(List<String> arguments) {
    return OptionsReader.read(arguments);
  }
}
