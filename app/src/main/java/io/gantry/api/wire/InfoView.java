package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonSerialize;

/** What the engine has and can do (API v1.51, definitions/SystemInfo, and openEuler's fields). */
public record InfoView(
    @JsonProperty("ID") String id,
    int containers,
    int containersRunning,
    int containersPaused,
    int containersStopped,
    int images,
    String driver,
    List<List<String>> driverStatus,
    Plugins plugins,
    boolean memoryLimit,
    boolean swapLimit,
    boolean cpuCfsPeriod,
    boolean cpuCfsQuota,
    @JsonProperty("CPUShares") boolean cpuShares,
    @JsonProperty("CPUSet") boolean cpuSet,
    boolean pidsLimit,
    @JsonProperty("IPv4Forwarding") boolean ipv4Forwarding,
    boolean debug,
    @JsonProperty("NFd") int descriptors,
    boolean oomKillDisable,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) @JsonProperty("KernelMemoryTCP")
        boolean kernelMemoryTcp,
    @JsonProperty("NGoroutines") int threads,
    Instant systemTime,
    String loggingDriver,
    String cgroupDriver,
    String cgroupVersion,
    @JsonProperty("NEventsListener") int eventListeners,
    String kernelVersion,
    String operatingSystem,
    @JsonProperty("OSVersion") String osVersion,
    @JsonProperty("OSType") String osType,
    String architecture,
    String indexServerAddress,
    Registries registryConfig,
    @JsonProperty("NCPU") int processors,
    long memTotal,
    @Nullable List<String> genericResources,
    String dockerRootDir,
    String httpProxy,
    String httpsProxy,
    String noProxy,
    String name,
    List<String> labels,
    boolean experimentalBuild,
    String serverVersion,
    Map<String, RuntimeView> runtimes,
    String defaultRuntime,
    Swarm swarm,
    boolean liveRestoreEnabled,
    String isolation,
    String initBinary,
    Commit containerdCommit,
    Commit runcCommit,
    Commit initCommit,
    List<String> securityOptions,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<AddressPool> defaultAddressPools,
    Firewall firewallBackend,
    @JsonProperty("CDISpecDirs") List<String> cdiSpecDirs,
    String hookSpec,
    @Nullable List<String> warnings) {

  /** Drivers by kind. */
  public record Plugins(
      List<String> volume,
      List<String> network,
      @Nullable List<String> authorization,
      List<String> log) {}

  /** {@code RegistryConfig}. */
  public record Registries(
      Map<String, Index> indexConfigs,
      @JsonProperty("InsecureRegistryCIDRs") List<String> insecureRegistryCidrs,
      @JsonSerialize(using = NullIfEmpty.class) List<String> mirrors) {

    /** A registry that is known by name. */
    public record Index(List<String> mirrors, String name, boolean official, boolean secure) {}
  }

  /** An OCI runtime. */
  public record RuntimeView(@JsonProperty("path") String path) {}

  /** There is no swarm mode. */
  public record Swarm(
      @JsonProperty("NodeID") String nodeId,
      String nodeAddr,
      String localNodeState,
      boolean controlAvailable,
      String error,
      @Nullable List<String> remoteManagers) {

    public static final Swarm INACTIVE = new Swarm("", "", "inactive", false, "", null);
  }

  /** The version of a program. */
  public record Commit(@JsonProperty("ID") String id) {}

  /**
   * Where networks get their subnets from.
   *
   * @param base for instance {@code 10.0.0.0/8}
   * @param size bits of a subnet's prefix
   */
  public record AddressPool(String base, int size) {}

  /** Who keeps the packet filter's rules. */
  public record Firewall(String driver) {}
}
