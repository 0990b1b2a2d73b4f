package io.gantry.container.spec;

import io.gantry.container.mount.MountSyntax;
import io.gantry.container.mount.SharedChannel;
import io.gantry.container.record.Container;
import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.HostConfig;
import io.gantry.container.record.PortBinding;
import io.gantry.container.record.Resources;
import io.gantry.container.record.RestartPolicy;
import io.gantry.error.EngineException;
import io.gantry.linux.MemoryInfo;
import io.gantry.plugins.runtime.ResourceSupport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether a container can be made, or changed, as asked for. Answers as Docker does: what
 * contradicts itself is refused, what this host cannot do is dropped with a warning. Changes
 * nothing and looks at no container; who is named ({@code container:X}, links) is for the caller.
 */
public final class HostChecks {

  private static final Set<String> POLICIES =
      Set.of("", "no", "always", "on-failure", "unless-stopped");
  private static final Set<String> IPC_MODES = Set.of("", "none", "private", "shareable", "host");
  private static final Set<String> CGROUPNS_MODES = Set.of("", "private", "host");
  private static final Pattern PORTS = Pattern.compile("([0-9]{1,5})(?:-([0-9]{1,5}))?");
  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})";
  private static final Pattern ADDRESS =
      Pattern.compile(BYTE + "(\\." + BYTE + "){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*(%.+)?");
  private static final int MAX_PORT = 65535;

  private final HostFacts facts;
  private final ResourceSupport support;
  private final Set<String> runtimes;
  private final Supplier<MemoryInfo> memory;

  /**
   * @param runtimes names of the OCI runtimes there are
   * @param memory of the host, as it is now
   */
  public HostChecks(
      HostFacts facts,
      ResourceSupport support,
      Collection<String> runtimes,
      Supplier<MemoryInfo> memory) {
    this.facts = facts;
    this.support = support;
    this.runtimes = Set.copyOf(runtimes);
    this.memory = memory;
  }

  /**
   * @param config as the client sent it: what the image brings conflicts with nothing
   * @param hostConfig as the client sent it, or with the daemon's defaults filled in
   * @throws EngineException in Docker's words
   */
  public Checked check(ContainerConfig config, HostConfig hostConfig) {
    ConfigChecks.network(config, hostConfig);
    hostConfig.links().forEach(HostChecks::link);
    windowsOnly(hostConfig);
    realtime(hostConfig.resources());
    namespaces(hostConfig);
    ConfigChecks.process(config);
    restartPolicy(hostConfig.restartPolicy());
    hostSettings(hostConfig);
    List<String> warnings = new ArrayList<>();
    ResourceChecks resources = new ResourceChecks(hostConfig.resources(), support, facts, false);
    Resources checked = resources.run();
    warnings.addAll(resources.warnings());
    rest(hostConfig, warnings);
    return new Checked(hostConfig.with(checked, hostConfig.restartPolicy()), warnings);
  }

  private static void link(String link) {
    if (link.isEmpty()) {
      throw EngineException.system("empty string specified for links", null);
    }
    if (link.split(":", -1).length > 2) {
      throw EngineException.system("bad format for links: " + link, null);
    }
  }

  private static void windowsOnly(HostConfig hostConfig) {
    String isolation = hostConfig.isolation();
    if (!isolation.isEmpty() && !isolation.equals("default")) {
      throw EngineException.invalid(
          "invalid isolation (" + isolation + "): linux only supports 'default'");
    }
    if (hostConfig.resources().ioMaximumBandwidth() != 0) {
      throw EngineException.invalid(
          "invalid option: QoS maximum bandwidth configuration is not supported on linux");
    }
    if (hostConfig.resources().ioMaximumIOps() != 0) {
      throw EngineException.invalid(
          "invalid option: QoS maximum IOPs configuration is not supported on linux");
    }
  }

  private void realtime(Resources resources) {
    long period = resources.cpuRealtimePeriod();
    long runtime = resources.cpuRealtimeRuntime();
    if ((period != 0 || runtime != 0) && !support.cpuRealtime()) {
      throw EngineException.invalid("kernel does not support CPU real-time scheduler");
    }
    if (period != 0 && runtime > period) {
      throw EngineException.invalid(
          "cpu real-time runtime cannot be higher than cpu real-time period");
    }
    if (resources.cpuShares() < 0) {
      throw EngineException.invalid(
          "invalid CPU shares (%d): value must be a positive integer"
              .formatted(resources.cpuShares()));
    }
  }

  private static void namespaces(HostConfig hostConfig) {
    String pid = hostConfig.pidMode();
    boolean joins = pid.startsWith("container:") && pid.length() > "container:".length();
    if (!pid.isEmpty() && !pid.equals("host") && !joins) {
      throw EngineException.invalid("invalid PID mode: " + pid);
    }
    String ipc = hostConfig.ipcMode();
    if (!IPC_MODES.contains(ipc) && !ipc.startsWith("container:")) {
      throw EngineException.invalid("invalid IPC mode: " + ipc);
    }
    String uts = hostConfig.utsMode();
    if (!uts.isEmpty() && !uts.equals("host")) {
      throw EngineException.invalid("invalid UTS mode: " + uts);
    }
  }

  private void hostSettings(HostConfig hostConfig) {
    String policy = hostConfig.restartPolicy().name();
    if (hostConfig.autoRemove() && !policy.isEmpty() && !policy.equals("no")) {
      throw EngineException.invalid("can't create 'AutoRemove' container with restart policy");
    }
    hostConfig.mounts().forEach(MountSyntax::checkWithSource);
    hostConfig.extraHosts().forEach(HostChecks::extraHost);
    hostConfig.portBindings().forEach(HostChecks::ports);
    Capabilities.check("CapAdd", hostConfig.capAdd(), facts.capabilities());
    Capabilities.check("CapDrop", hostConfig.capDrop(), facts.capabilities());
    if (hostConfig.annotations().containsKey("")) {
      throw EngineException.invalid(
          "invalid Annotations: the empty string is not permitted as an annotation key");
    }
    Umask.check(hostConfig.annotations());
    SecurityOptions.parse(hostConfig.securityOpt());
    SharedChannel.check(hostConfig.hostChannel(), memory);
  }

  private static void restartPolicy(RestartPolicy policy) {
    if (!POLICIES.contains(policy.name())) {
      throw EngineException.invalid(
          "invalid restart policy: unknown policy '%s'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'"
              .formatted(policy.name()));
    }
    int count = policy.maximumRetryCount();
    if (policy.name().equals("on-failure")) {
      if (count < 0) {
        throw EngineException.invalid(
            "invalid restart policy: maximum retry count cannot be negative");
      }
    } else if (count != 0) {
      throw EngineException.invalid(
          "invalid restart policy: maximum retry count can only be used with 'on-failure'"
              + (count < 0 ? " and cannot be negative" : ""));
    }
  }

  private static void extraHost(String entry) {
    int colon = entry.indexOf(':');
    if (colon < 1) {
      throw EngineException.invalid("bad format for add-host: \"" + entry + "\"");
    }
    String address = entry.substring(colon + 1);
    if (!address.equals("host-gateway") && !ADDRESS.matcher(address).matches()) {
      throw EngineException.invalid("invalid IP address in add-host: \"" + address + "\"");
    }
  }

  private static void ports(String port, @Nullable List<PortBinding> bindings) {
    int slash = port.indexOf('/');
    String number = slash < 0 ? port : port.substring(0, slash);
    if (number.contains("-") || !isPorts(number)) {
      throw EngineException.invalid("invalid port specification: \"" + number + "\"");
    }
    if (bindings == null) {
      return;
    }
    for (PortBinding binding : bindings) {
      if (!isPorts(binding.hostPort())) {
        throw EngineException.invalid("invalid port specification: \"" + binding.hostPort() + "\"");
      }
    }
  }

  private static boolean isPorts(String text) {
    if (text.isEmpty()) {
      return true;
    }
    var matcher = PORTS.matcher(text);
    if (!matcher.matches()) {
      return false;
    }
    int first = Integer.parseInt(matcher.group(1));
    int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
    return first <= last && last <= MAX_PORT;
  }

  private void rest(HostConfig hostConfig, List<String> warnings) {
    if (hostConfig.shmSize() < 0) {
      throw EngineException.invalid("SHM size can not be less than 0");
    }
    if (hostConfig.oomScoreAdj() < -1000 || hostConfig.oomScoreAdj() > 1000) {
      throw EngineException.invalid(
          "Invalid value %d, range for oom score adj is [-1000, 1000]"
              .formatted(hostConfig.oomScoreAdj()));
    }
    if (hostConfig.networkMode().equals("host") && !hostConfig.portBindings().isEmpty()) {
      warnings.add("Published ports are discarded when using host network mode");
    }
    if (!hostConfig.runtime().isEmpty() && !runtimes.contains(hostConfig.runtime())) {
      throw EngineException.invalid("unknown or invalid runtime name: " + hostConfig.runtime());
    }
    hostConfig
        .tmpfs()
        .keySet()
        .forEach(
            path ->
                MountSyntax.destination(path)
                    .ifPresent(
                        why -> {
                          throw EngineException.invalid(why);
                        }));
    String cgroupns = hostConfig.cgroupnsMode();
    if (!CGROUPNS_MODES.contains(cgroupns)) {
      throw EngineException.invalid("invalid cgroup namespace mode: " + cgroupns);
    }
    if (cgroupns.equals("private") && !facts.cgroupNamespaces()) {
      warnings.add(
          "Your kernel does not support cgroup namespaces.  Cgroup namespace setting discarded.");
    }
    hostConfig.mounts().stream()
        .filter(mount -> mount.type().equals("image"))
        .forEach(mount -> warnings.add("Image mount is an experimental feature"));
  }

  /**
   * @param change what is zero, empty or null stays as it is
   * @throws EngineException INVALID for what makes no sense, CONFLICT for what contradicts the
   *     container's settings
   */
  public CheckedUpdate checkUpdate(
      Container container, Resources change, Optional<RestartPolicy> restartPolicy) {
    restartPolicy.ifPresent(HostChecks::restartPolicy);
    if (change.ioMaximumBandwidth() != 0 || change.ioMaximumIOps() != 0) {
      throw EngineException.invalid(
          "Invalid QoS settings: linux does not support Maximum IO Bandwidth or Maximum IO IOps");
    }
    realtime(change);
    ResourceChecks checks = new ResourceChecks(change, support, facts, true);
    Resources asked = checks.run();
    HostConfig before = container.hostConfig();
    Resources now = before.resources();
    try {
      cpuConflicts(asked, now);
      boolean moreMemory = asked.memory() != 0 && asked.memory() > now.memorySwap();
      if (moreMemory && asked.memorySwap() == 0) {
        throw EngineException.conflict(
            "Memory limit should be smaller than already set memoryswap limit, update the"
                + " memoryswap at the same time");
      }
      Optional<RestartPolicy> policy = restartPolicy.filter(asked2 -> !asked2.name().isEmpty());
      if (before.autoRemove() && policy.filter(p -> !p.name().equals("no")).isPresent()) {
        throw EngineException.conflict(
            "Restart policy cannot be updated because AutoRemove is enabled for the container");
      }
      Resources then = ResourceUpdate.merge(now, asked);
      return new CheckedUpdate(
          before.with(then, policy.orElse(before.restartPolicy())),
          OciResources.change(asked, then),
          checks.warnings());
    } catch (EngineException e) {
      throw new EngineException(
          e.kind(), "Cannot update container " + container.id() + ": " + e.getMessage(), e);
    }
  }

  private static void cpuConflicts(Resources asked, Resources now) {
    conflict(asked.nanoCpus(), "Nano CPUs", now.cpuPeriod(), "CPU Period has");
    conflict(asked.nanoCpus(), "Nano CPUs", now.cpuQuota(), "CPU Quota has");
    conflict(asked.cpuPeriod(), "CPU Period", now.nanoCpus(), "NanoCPUs has");
    conflict(asked.cpuQuota(), "CPU Quota", now.nanoCpus(), "NanoCPUs has");
  }

  private static void conflict(long asked, String name, long now, String other) {
    if (asked > 0 && now > 0) {
      throw EngineException.conflict(
          "Conflicting options: %s cannot be updated as %s already been set"
              .formatted(name, other));
    }
  }
}
