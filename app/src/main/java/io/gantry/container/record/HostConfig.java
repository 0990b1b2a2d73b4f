package io.gantry.container.record;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a container is given of this host (API v1.51, definitions/HostConfig, and openEuler's {@code
 * HookSpec} and {@code HostChannel}).
 *
 * @param binds {@code source:target[:options]}
 * @param containerIDFile written by the client
 * @param logConfig log driver
 * @param networkMode bridge, host, none, container:X or a network; {@code default} and empty are
 *     bridge
 * @param portBindings {@code port/protocol} to host ports
 * @param restartPolicy restart policy
 * @param autoRemove removed when it ends
 * @param volumeDriver for binds that name a volume
 * @param volumesFrom {@code container[:ro|rw]}
 * @param mounts mounts in the long form
 * @param consoleSize rows and columns of the client's terminal
 * @param annotations OCI annotations
 * @param capAdd capabilities to add
 * @param capDrop capabilities to drop
 * @param cgroupnsMode host or private
 * @param dns name servers
 * @param dnsOptions resolver options
 * @param dnsSearch search domains
 * @param extraHosts {@code name:address}
 * @param groupAdd supplementary groups
 * @param ipcMode none, private, shareable, host, container:X
 * @param cgroup unused on Linux
 * @param links {@code container[:alias]}
 * @param oomScoreAdj -1000 to 1000
 * @param pidMode empty, host or container:X
 * @param privileged all capabilities and devices
 * @param publishAllPorts exposed ports on free host ports
 * @param readonlyRootfs root file system is read-only
 * @param securityOpt seccomp, no-new-privileges, label, apparmor, systempaths
 * @param storageOpt for instance size
 * @param tmpfs path to mount options
 * @param utsMode empty or host
 * @param usernsMode empty or host
 * @param shmSize bytes of /dev/shm
 * @param sysctls kernel parameters
 * @param runtime OCI runtime by name
 * @param isolation Windows only
 * @param maskedPaths null is the default list
 * @param readonlyPaths null is the default list
 * @param init an init is pid 1; null is the daemon's default
 * @param hookSpec openEuler: file with OCI hooks
 * @param hostChannel openEuler: shared memory with the host
 * @param resources limits
 */
@CopyBuilder
public record HostConfig(
    List<String> binds,
    String containerIDFile,
    LogConfig logConfig,
    String networkMode,
    Map<String, List<PortBinding>> portBindings,
    RestartPolicy restartPolicy,
    boolean autoRemove,
    String volumeDriver,
    List<String> volumesFrom,
    List<Mount> mounts,
    List<Integer> consoleSize,
    Map<String, String> annotations,
    List<String> capAdd,
    List<String> capDrop,
    String cgroupnsMode,
    List<String> dns,
    List<String> dnsOptions,
    List<String> dnsSearch,
    List<String> extraHosts,
    List<String> groupAdd,
    String ipcMode,
    String cgroup,
    List<String> links,
    int oomScoreAdj,
    String pidMode,
    boolean privileged,
    boolean publishAllPorts,
    boolean readonlyRootfs,
    List<String> securityOpt,
    Map<String, String> storageOpt,
    Map<String, String> tmpfs,
    String utsMode,
    String usernsMode,
    long shmSize,
    Map<String, String> sysctls,
    String runtime,
    String isolation,
    @Nullable List<String> maskedPaths,
    @Nullable List<String> readonlyPaths,
    @Nullable Boolean init,
    String hookSpec,
    @Nullable HostChannel hostChannel,
    Resources resources) {

  public HostConfig {
    binds = Lists.orAbsent(binds);
    containerIDFile = Lists.of(containerIDFile);
    networkMode = Lists.of(networkMode);
    portBindings = Lists.orAbsent(portBindings);
    volumeDriver = Lists.of(volumeDriver);
    volumesFrom = Lists.orAbsent(volumesFrom);
    mounts = Lists.of(mounts);
    consoleSize = Lists.of(consoleSize);
    annotations = Lists.of(annotations);
    capAdd = Lists.orAbsent(capAdd);
    capDrop = Lists.orAbsent(capDrop);
    cgroupnsMode = Lists.of(cgroupnsMode);
    dns = Lists.orAbsent(dns);
    dnsOptions = Lists.orAbsent(dnsOptions);
    dnsSearch = Lists.orAbsent(dnsSearch);
    extraHosts = Lists.orAbsent(extraHosts);
    groupAdd = Lists.orAbsent(groupAdd);
    ipcMode = Lists.of(ipcMode);
    cgroup = Lists.of(cgroup);
    links = Lists.of(links);
    pidMode = Lists.of(pidMode);
    securityOpt = Lists.orAbsent(securityOpt);
    storageOpt = Lists.of(storageOpt);
    tmpfs = Lists.of(tmpfs);
    utsMode = Lists.of(utsMode);
    usernsMode = Lists.of(usernsMode);
    sysctls = Lists.of(sysctls);
    runtime = Lists.of(runtime);
    isolation = Lists.of(isolation);
    hookSpec = Lists.of(hookSpec);
    logConfig = logConfig == null ? new LogConfig("", Map.of()) : logConfig;
    restartPolicy = restartPolicy == null ? new RestartPolicy("", 0) : restartPolicy;
    resources = resources == null ? Resources.NONE : resources;
  }

  /** This with other limits and, where given, another restart policy. */
  public HostConfig with(Resources resources, RestartPolicy restartPolicy) {
    return HostConfigBuilder.from(this).resources(resources).restartPolicy(restartPolicy).build();
  }

  public HostConfig withIpcMode(String mode) {
    return HostConfigBuilder.from(this).ipcMode(mode).build();
  }

  public HostConfig withAutoRemove(boolean remove) {
    return HostConfigBuilder.from(this).autoRemove(remove).build();
  }

  public HostConfig withMounts(List<Mount> others) {
    return HostConfigBuilder.from(this).mounts(others).build();
  }

  public HostConfig withCgroupnsMode(String mode) {
    return HostConfigBuilder.from(this).cgroupnsMode(mode).build();
  }

  public HostConfig withConsoleSize(List<Integer> size) {
    return HostConfigBuilder.from(this).consoleSize(size).build();
  }

  public HostConfig withAnnotations(Map<String, String> others) {
    return HostConfigBuilder.from(this).annotations(others).build();
  }

  public HostConfig withSysctls(Map<String, String> others) {
    return HostConfigBuilder.from(this).sysctls(others).build();
  }

  public HostConfig withLinks(List<String> others) {
    return HostConfigBuilder.from(this).links(others).build();
  }

  /** This with the daemon's defaults where the user asked for nothing. */
  public HostConfig withDefaults(HostDefaults defaults) {
    HostConfigBuilder builder =
        HostConfigBuilder.from(this)
            .logConfig(logConfig.withDefaults(defaults.logConfig()))
            .restartPolicy(restartPolicy.withDefaults())
            .resources(resources.withDefaults());
    if (networkMode.isEmpty() || networkMode.equals("default")) {
      builder.networkMode("bridge");
    }
    if (cgroupnsMode.isEmpty()) {
      builder.cgroupnsMode(
          privileged ? defaults.privilegedCgroupnsMode() : defaults.cgroupnsMode());
    }
    if (ipcMode.isEmpty()) {
      builder.ipcMode(defaults.ipcMode());
    }
    if (shmSize == 0) {
      builder.shmSize(defaults.shmSize());
    }
    boolean hostProcesses = privileged || pidMode.equals("host") || ipcMode.equals("host");
    if (hostProcesses && securityOpt.stream().noneMatch(option -> option.startsWith("label"))) {
      builder.securityOpt(Lists.and(securityOpt, "label=disable"));
    }
    if (runtime.isEmpty()) {
      builder.runtime(defaults.runtime());
    }
    if (maskedPaths == null && !privileged) {
      builder.maskedPaths(defaults.maskedPaths());
    }
    if (readonlyPaths == null && !privileged) {
      builder.readonlyPaths(defaults.readonlyPaths());
    }
    return builder.build();
  }

  /** This as inspect shows it: links by both containers' names. */
  public HostConfig shownFor(String name) {
    return links.isEmpty()
        ? this
        : HostConfigBuilder.from(this)
            .links(links.stream().map(link -> shown(link, name)).toList())
            .build();
  }

  private static String shown(String link, String name) {
    int colon = link.indexOf(':');
    String other = colon < 0 ? link : link.substring(0, colon);
    String alias = colon < 0 ? link : link.substring(colon + 1);
    return "/%s:/%s/%s".formatted(other, name, alias);
  }

  /** This with the modes that name another container changed. */
  public HostConfig withModes(UnaryOperator<String> resolve) {
    return HostConfigBuilder.from(this)
        .networkMode(resolve.apply(networkMode))
        .ipcMode(resolve.apply(ipcMode))
        .pidMode(resolve.apply(pidMode))
        .build();
  }
}
