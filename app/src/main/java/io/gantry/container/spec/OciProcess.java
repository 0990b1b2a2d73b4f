package io.gantry.container.spec;

import io.gantry.config.DaemonOptions;
import io.gantry.container.record.Container;
import io.gantry.container.record.HostConfig;
import io.gantry.container.record.Ulimit;
import io.gantry.error.EngineException;
import java.math.BigInteger;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code process} object of the OCI runtime specification: what a container's first process and
 * those of exec have in common.
 */
final class OciProcess {

  /** By their numbers in the kernel (asm-generic/resource.h). */
  private static final List<String> LIMIT_NUMBERS =
      List.of(
          "RLIMIT_CPU",
          "RLIMIT_FSIZE",
          "RLIMIT_DATA",
          "RLIMIT_STACK",
          "RLIMIT_CORE",
          "RLIMIT_RSS",
          "RLIMIT_NPROC",
          "RLIMIT_NOFILE",
          "RLIMIT_MEMLOCK",
          "RLIMIT_AS",
          "RLIMIT_LOCKS",
          "RLIMIT_SIGPENDING",
          "RLIMIT_MSGQUEUE",
          "RLIMIT_NICE",
          "RLIMIT_RTPRIO",
          "RLIMIT_RTTIME");

  private OciProcess() {}

  static ObjectNode user(ContainerUser user, int umask) {
    ObjectNode node = Json.object();
    node.put("uid", user.uid());
    node.put("gid", user.gid());
    node.put("umask", umask);
    ArrayNode groups = node.putArray("additionalGids");
    user.additionalGids().forEach(groups::add);
    return node;
  }

  /** The same in three sets; none is inheritable or ambient (CVE-2022-24769). */
  static ObjectNode capabilities(Collection<String> capabilities) {
    ObjectNode node = Json.object();
    node.set("bounding", Json.strings(capabilities));
    node.set("effective", Json.strings(capabilities));
    node.set("permitted", Json.strings(capabilities));
    return node;
  }

  static ObjectNode consoleSize(int rows, int columns) {
    ObjectNode node = Json.object();
    node.put("height", rows);
    node.put("width", columns);
    return node;
  }

  /**
   * The daemon's defaults, none above what the engine may set, and the container's own.
   *
   * @throws EngineException SYSTEM, in runc's words, for one of its own the kernel would refuse
   */
  static ArrayNode rlimits(
      HostConfig hostConfig, DaemonOptions.Containers defaults, HostFacts facts) {
    Map<String, Ulimit> limits = new LinkedHashMap<>();
    defaults
        .ulimits()
        .values()
        .forEach(
            limit ->
                limits.put(limit.name(), new Ulimit(limit.name(), limit.soft(), limit.hard())));
    hostConfig.resources().ulimits().forEach(limit -> limits.put(limit.name(), limit));
    ArrayNode array = Json.strings(List.of());
    limits.forEach(
        (name, limit) -> {
          String type = "RLIMIT_" + name.toUpperCase(Locale.ROOT);
          if (!HostFacts.limitNames().contains(type)) {
            throw EngineException.system(
                OciSpec.LAUNCH_FAILED + "wrong rlimit value: " + type, null);
          }
          boolean own = hostConfig.resources().ulimits().contains(limit);
          long hard = clamped(type, limit.hard(), facts);
          if (own && (hard != limit.hard() || least(limit.soft(), hard) != limit.soft())) {
            throw EngineException.system(
                OciSpec.LAUNCH_FAILED
                    + "error setting rlimits for ready process: error setting rlimit type %d: %s"
                        .formatted(
                            LIMIT_NUMBERS.indexOf(type),
                            hard == limit.hard() ? "invalid argument" : "operation not permitted"),
                null);
          }
          ObjectNode node = array.addObject();
          node.put("type", type);
          node.put("hard", unsigned(hard));
          node.put("soft", unsigned(least(limit.soft(), hard)));
        });
    return array;
  }

  private static long clamped(String type, long wanted, HostFacts facts) {
    Long own = facts.rlimits().get(type);
    return own == null || facts.mayRaiseRlimits() ? wanted : least(wanted, own);
  }

  /** The smaller limit, where -1 is none. */
  private static long least(long a, long b) {
    return Long.compareUnsigned(a, b) <= 0 ? a : b;
  }

  private static BigInteger unsigned(long limit) {
    return new BigInteger(Long.toUnsignedString(limit));
  }

  static boolean noNewPrivileges(Container container, DaemonOptions.Containers defaults) {
    return SecurityOptions.parse(container.hostConfig().securityOpt())
        .noNewPrivileges()
        .orElse(defaults.noNewPrivileges());
  }
}
