package io.gantry.container.spec;

import io.gantry.container.record.HostConfig;
import io.gantry.error.EngineException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which namespaces a container has of its own, which it shares, and what of the kernel's parameters
 * belongs to them.
 */
final class OciNamespaces {

  private static final Set<String> IPC_PARAMETERS =
      Set.of(
          "kernel.msgmax",
          "kernel.msgmnb",
          "kernel.msgmni",
          "kernel.sem",
          "kernel.shmall",
          "kernel.shmmax",
          "kernel.shmmni",
          "kernel.shm_rmid_forced");

  private final HostConfig hostConfig;
  private final SpecInputs inputs;
  private final HostFacts facts;

  OciNamespaces(HostConfig hostConfig, SpecInputs inputs, HostFacts facts) {
    this.hostConfig = hostConfig;
    this.inputs = inputs;
    this.facts = facts;
  }

  ArrayNode list() {
    ArrayNode array = Json.strings(List.of());
    add(array, "mount", Optional.empty());
    inputs.network().ifPresent(path -> add(array, "network", Optional.of(path)));
    if (ownUts()) {
      add(array, "uts", Optional.empty());
    }
    if (!hostConfig.pidMode().equals("host")) {
      add(array, "pid", inputs.pid());
    }
    if (!hostConfig.ipcMode().equals("host")) {
      add(array, "ipc", inputs.ipc());
    }
    if (ownCgroups()) {
      add(array, "cgroup", Optional.empty());
    }
    return array;
  }

  private static void add(ArrayNode array, String type, Optional<Path> path) {
    ObjectNode node = array.addObject();
    node.put("type", type);
    path.ifPresent(file -> node.put("path", file.toString()));
  }

  boolean ownUts() {
    return !hostConfig.utsMode().equals("host");
  }

  boolean ownCgroups() {
    return hostConfig.cgroupnsMode().equals("private") && facts.cgroupNamespaces();
  }

  private boolean ownIpc() {
    return !hostConfig.ipcMode().equals("host");
  }

  private boolean ownNetwork() {
    return inputs.network().isPresent() && !hostConfig.networkMode().startsWith("container:");
  }

  /**
   * Kernel parameters: Docker's defaults in a network namespace of its own, the domain name, and
   * what the user asked for.
   *
   * @throws EngineException SYSTEM, in runc's words, for one that is not the container's own
   */
  Map<String, String> parameters(String domainname) {
    Map<String, String> parameters = new TreeMap<>();
    if (ownNetwork()) {
      parameters.put("net.ipv4.ip_unprivileged_port_start", "0");
      parameters.put("net.ipv4.ping_group_range", "0 2147483647");
    }
    if (!domainname.isEmpty()) {
      if (!ownUts()) {
        throw refused("kernel.domainname", "is not in a separate kernel namespace");
      }
      parameters.put("kernel.domainname", domainname);
    }
    hostConfig.sysctls().forEach((name, value) -> parameters.put(checked(name), value));
    return parameters;
  }

  private String checked(String given) {
    String name = normal(given);
    if (IPC_PARAMETERS.contains(name) || name.startsWith("fs.mqueue.")) {
      if (!ownIpc()) {
        throw refused(given, "is not allowed in the hosts ipc namespace");
      }
    } else if (name.startsWith("net.")) {
      if (inputs.network().isEmpty()) {
        throw refused(given, "not allowed in host network namespace");
      }
    } else if (name.equals("kernel.hostname")) {
      throw refused(given, "is not allowed as it conflicts with the OCI \"hostname\" field");
    } else if (!name.equals("kernel.domainname") || !ownUts()) {
      throw refused(given, "is not in a separate kernel namespace");
    }
    if (List.of(name.split("\\.")).contains("") || name.contains("..") || name.contains("/../")) {
      throw refused(given, "is not in a separate kernel namespace");
    }
    return name;
  }

  /**
   * With dots between the parts and slashes for dots in them, as {@code sysctl(8)} understands
   * either.
   */
  private static String normal(String name) {
    int dot = name.indexOf('.');
    int slash = name.indexOf('/');
    if (slash < 0 || (dot >= 0 && dot < slash)) {
      return name;
    }
    List<String> characters = new ArrayList<>();
    name.chars()
        .forEach(c -> characters.add(c == '/' ? "." : c == '.' ? "/" : Character.toString(c)));
    return String.join("", characters);
  }

  private static EngineException refused(String name, String why) {
    return EngineException.system(
        OciSpec.LAUNCH_FAILED + "sysctl \"%s\" %s".formatted(name, why), null);
  }
}
