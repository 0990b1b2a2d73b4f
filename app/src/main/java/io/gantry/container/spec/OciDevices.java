package io.gantry.container.spec;

import io.gantry.container.record.Device;
import io.gantry.container.record.DeviceRequest;
import io.gantry.container.record.HostConfig;
import io.gantry.error.EngineException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The device nodes a container has, and which devices its cgroup lets it use. */
final class OciDevices {

  private static final Pattern RULE =
      Pattern.compile("([acb]) ([0-9]+|\\*):([0-9]+|\\*) ([rwm]{1,3})");
  private static final Pattern ACCESS = Pattern.compile("[rwm]{1,3}");
  private static final String ALL_ACCESS = "rwm";

  /**
   * zero, null, urandom, random, tty, console; tun, which runc allows and some crun do not. The
   * terminals are the runtime's own.
   */
  private static final int[][] DEFAULTS = {
    {1, 5}, {1, 3}, {1, 9}, {1, 8}, {5, 0}, {5, 1}, {10, 200}
  };

  /** A device in the container. */
  private record Given(DeviceNode node, String path, String access) {}

  private final HostConfig hostConfig;
  private final Map<String, Given> given = new LinkedHashMap<>();

  /**
   * @throws EngineException SYSTEM, in Docker's words, for devices that are not there
   */
  OciDevices(HostConfig hostConfig, DeviceLookup host) {
    this.hostConfig = hostConfig;
    refuse(hostConfig.resources().deviceRequests());
    if (hostConfig.privileged()) {
      host.all().forEach(node -> add(node, node.path(), ALL_ACCESS));
    }
    for (Device device : hostConfig.resources().devices()) {
      add(device, host);
    }
  }

  private static void refuse(List<DeviceRequest> requests) {
    for (DeviceRequest request : requests) {
      if (request.driver().equals("cdi")) {
        throw EngineException.system(
            "CDI device injection failed: unresolvable CDI devices "
                + String.join(", ", request.deviceIDs() == null ? List.of() : request.deviceIDs()),
            null);
      }
      List<String> capabilities = new ArrayList<>();
      if (request.capabilities() != null) {
        request
            .capabilities()
            .forEach(list -> capabilities.add("[" + String.join(" ", list) + "]"));
      }
      throw EngineException.system(
          "could not select device driver \"%s\" with capabilities: [%s]"
              .formatted(request.driver(), String.join(" ", capabilities)),
          null);
    }
  }

  private void add(Device device, DeviceLookup host) {
    String target =
        device.pathInContainer().isEmpty() ? device.pathOnHost() : device.pathInContainer();
    String access = device.cgroupPermissions();
    if (!ACCESS.matcher(access).matches()) {
      throw EngineException.system(
          OciSpec.LAUNCH_FAILED
              + "device %s: access '%s' is not made of r, w and m"
                  .formatted(device.pathOnHost(), access),
          null);
    }
    for (DeviceNode node : host.find(device.pathOnHost())) {
      add(node, target + node.path().substring(device.pathOnHost().length()), access);
    }
  }

  private void add(DeviceNode node, String path, String access) {
    String absolute = path.startsWith("/") ? path : "/" + path;
    given.put(absolute, new Given(node, absolute, access));
  }

  ArrayNode nodes() {
    ArrayNode array = Json.strings(List.of());
    for (Given device : given.values()) {
      ObjectNode node = array.addObject();
      node.put("path", device.path());
      node.put("type", device.node().type());
      node.put("major", device.node().major());
      node.put("minor", device.node().minor());
      node.put("fileMode", device.node().mode());
      node.put("uid", device.node().uid());
      node.put("gid", device.node().gid());
    }
    return array;
  }

  /**
   * @throws EngineException SYSTEM, in Docker's words, for a rule that is none
   */
  ArrayNode rules() {
    ArrayNode array = Json.strings(List.of());
    if (hostConfig.privileged()) {
      ObjectNode all = array.addObject();
      all.put("allow", true);
      all.put("access", ALL_ACCESS);
      return array;
    }
    ObjectNode none = array.addObject();
    none.put("allow", false);
    none.put("access", ALL_ACCESS);
    for (int[] device : DEFAULTS) {
      rule(array, "c", device[0], device[1], ALL_ACCESS);
    }
    given
        .values()
        .forEach(
            device ->
                rule(
                    array,
                    device.node().type(),
                    device.node().major(),
                    device.node().minor(),
                    device.access()));
    for (String text : hostConfig.resources().deviceCgroupRules()) {
      Matcher matcher = RULE.matcher(text);
      if (!matcher.matches()) {
        throw EngineException.system("invalid device cgroup rule format: '" + text + "'", null);
      }
      rule(
          array,
          matcher.group(1),
          number(matcher.group(2), text),
          number(matcher.group(3), text),
          matcher.group(4));
    }
    return array;
  }

  private static long number(String text, String rule) {
    if (text.equals("*")) {
      return -1;
    }
    if (text.length() > 10) {
      throw EngineException.system("invalid device cgroup rule format: '" + rule + "'", null);
    }
    return Long.parseLong(text);
  }

  private static void rule(ArrayNode array, String type, long major, long minor, String access) {
    ObjectNode node = array.addObject();
    node.put("allow", true);
    node.put("type", type);
    if (major >= 0) {
      node.put("major", major);
    }
    if (minor >= 0) {
      node.put("minor", minor);
    }
    node.put("access", access);
  }
}
