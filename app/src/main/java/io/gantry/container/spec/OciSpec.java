package io.gantry.container.spec;

import io.gantry.config.DaemonOptions;
import io.gantry.container.record.Container;
import io.gantry.container.record.HostConfig;
import io.gantry.container.record.Resources;
import io.gantry.error.EngineException;
import io.gantry.plugins.runtime.LinuxResources;
import io.gantry.plugins.runtime.ResourceSupport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a container's OCI configuration: a function of its record, of what start has made ready,
 * and of what the host is. It reads the users in the root file system and the numbers of devices;
 * it changes nothing.
 */
public final class OciSpec {

  /** What Docker's clients find before the runtime's own words. */
  static final String LAUNCH_FAILED =
      "failed to create task for container: failed to create shim task: OCI runtime create failed:"
          + " runc create failed: ";

  private static final String VERSION = "1.0.2";
  private static final String CGROUP_PARENT = "/gantry";
  private static final String INIT = "/sbin/docker-init";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HostFacts facts;
  private final ResourceSupport support;
  private final DaemonOptions.Containers defaults;
  private final Seccomp seccomp;
  private final DeviceLookup devices;

  public OciSpec(HostFacts facts, ResourceSupport support, DaemonOptions.Containers defaults) {
    this(facts, support, defaults, DeviceLookup.HOST);
  }

  OciSpec(
      HostFacts facts,
      ResourceSupport support,
      DaemonOptions.Containers defaults,
      DeviceLookup devices) {
    this.facts = facts;
    this.support = support;
    this.defaults = defaults;
    this.seccomp = new Seccomp(defaults.seccompProfile(), facts);
    this.devices = devices;
  }

  /**
   * The runtime's {@code config.json}.
   *
   * @throws EngineException in Docker's words for what cannot be given
   */
  public String build(Container container, SpecInputs inputs) {
    ProcGuard.check(container, inputs);
    WorkingDirectory.check(workingDirectory(container.config().workingDir()), inputs.rootfs());
    UserDatabase users = ContainerUser.database(inputs.rootfs());
    return JSON.writeValueAsString(tree(container, inputs, users));
  }

  ObjectNode tree(Container container, SpecInputs inputs, UserDatabase users) {
    HostConfig hostConfig = container.hostConfig();
    Optional<Path> init = InitProgram.of(container, defaults);
    OciNamespaces namespaces = new OciNamespaces(hostConfig, inputs, facts);
    boolean hostCgroups = support.cgroupVersion().equals("2") && !namespaces.ownCgroups();
    OciMounts mounts = new OciMounts(container, inputs, init, hostCgroups);
    List<String> capabilities = capabilities(hostConfig);
    ObjectNode spec = Json.object();
    spec.put("ociVersion", VERSION);
    spec.set("process", process(container, inputs, users, capabilities, init.isPresent()));
    spec.putObject("root")
        .put("path", inputs.rootfs().toString())
        .put("readonly", hostConfig.readonlyRootfs());
    if (namespaces.ownUts()) {
      spec.put("hostname", inputs.hostname());
    }
    spec.set("mounts", mounts.list());
    spec.set("annotations", annotations(container));
    container.hooksJson().ifPresent(hooks -> spec.set("hooks", hooks(hooks)));
    ObjectNode linux = spec.putObject("linux");
    OciDevices given = new OciDevices(hostConfig, devices);
    ObjectNode parameters = linux.putObject("sysctl");
    namespaces.parameters(container.config().domainname()).forEach(parameters::put);
    linux.put("cgroupsPath", cgroupPath(container));
    linux.set("namespaces", namespaces.list());
    linux.set("devices", given.nodes());
    linux.set(
        "resources", OciResources.of(hostConfig.resources(), support, devices, given.rules()));
    mounts.rootPropagation().ifPresent(value -> linux.put("rootfsPropagation", value));
    seccomp.of(container, capabilities).ifPresent(profile -> linux.set("seccomp", profile));
    if (!hostConfig.privileged()) {
      linux.set("maskedPaths", Json.strings(masked(hostConfig)));
      linux.set("readonlyPaths", Json.strings(readonly(hostConfig)));
    }
    return spec;
  }

  private List<String> capabilities(HostConfig hostConfig) {
    return Capabilities.effective(
        hostConfig.capAdd(), hostConfig.capDrop(), hostConfig.privileged(), facts.capabilities());
  }

  private ObjectNode process(
      Container container,
      SpecInputs inputs,
      UserDatabase users,
      List<String> capabilities,
      boolean init) {
    HostConfig hostConfig = container.hostConfig();
    ContainerUser user =
        ContainerUser.resolve(container.config().user(), hostConfig.groupAdd(), users);
    ObjectNode process = Json.object();
    boolean tty = container.config().tty();
    process.put("terminal", tty);
    List<Integer> size = hostConfig.consoleSize();
    if (tty && size.size() == 2 && size.getFirst() > 0 && size.getLast() > 0) {
      process.set("consoleSize", OciProcess.consoleSize(size.getFirst(), size.getLast()));
    }
    process.set("user", OciProcess.user(user, Umask.of(container, defaults)));
    List<String> arguments = new ArrayList<>(init ? List.of(INIT, "--") : List.of());
    arguments.addAll(container.argv());
    process.set("args", Json.strings(arguments));
    process.set("env", Json.strings(environment(container, inputs, user)));
    process.put("cwd", workingDirectory(container.config().workingDir()));
    process.set("capabilities", OciProcess.capabilities(capabilities));
    process.set("rlimits", OciProcess.rlimits(hostConfig, defaults, facts));
    process.put("noNewPrivileges", OciProcess.noNewPrivileges(container, defaults));
    process.put("oomScoreAdj", hostConfig.oomScoreAdj());
    SecurityOptions.apparmorProfile(hostConfig, facts)
        .ifPresent(profile -> process.put("apparmorProfile", profile));
    return process;
  }

  private static List<String> environment(
      Container container, SpecInputs inputs, ContainerUser user) {
    return Environment.of(inputs.hostname(), container.config().tty())
        .and(inputs.environment())
        .and(container.config().env())
        .home(user.home())
        .list();
  }

  static String workingDirectory(String configured) {
    return configured.isEmpty() ? "/" : configured;
  }

  private static ObjectNode annotations(Container container) {
    Map<String, String> all = new TreeMap<>(container.config().annotations());
    all.putAll(container.hostConfig().annotations());
    ObjectNode node = Json.object();
    all.forEach(node::put);
    return node;
  }

  private static JsonNode hooks(String text) {
    try {
      return JSON.readTree(text);
    } catch (JacksonException e) {
      throw EngineException.system("the container's hooks are damaged", e);
    }
  }

  private List<String> masked(HostConfig hostConfig) {
    List<String> asked = hostConfig.maskedPaths();
    List<String> masked = new ArrayList<>(asked == null ? SystemPaths.MASKED : asked);
    if (!masked.isEmpty()) {
      facts.hidden().stream().sorted().forEach(masked::add);
    }
    return masked;
  }

  private static List<String> readonly(HostConfig hostConfig) {
    List<String> asked = hostConfig.readonlyPaths();
    return asked == null ? SystemPaths.READONLY : asked;
  }

  /** All limits of the container, as a change of one that runs. */
  public LinuxResources limits(Container container) {
    Resources limits = container.hostConfig().resources();
    return OciResources.change(limits, limits);
  }

  /** {@code linux.cgroupsPath}: where the container's cgroup is, below the cgroup mounts. */
  public String cgroupPath(Container container) {
    String asked = container.hostConfig().resources().cgroupParent();
    String parent = asked.isEmpty() ? defaults.cgroupParent() : asked;
    if (parent.isEmpty()) {
      parent = CGROUP_PARENT;
    }
    return Path.of("/", parent, container.id()).normalize().toString();
  }
}
