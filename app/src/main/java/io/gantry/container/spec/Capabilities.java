package io.gantry.container.spec;

import io.gantry.error.EngineException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Linux capabilities: what there is, what a container has by default, and what {@code CapAdd} and
 * {@code CapDrop} make of it. Names are {@code CAP_*} in the order of their numbers.
 */
final class Capabilities {

  private static final String ALL = "ALL";
  private static final String PREFIX = "CAP_";

  /** By number, {@code capabilities(7)}. */
  private static final List<String> NAMES =
      List.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_DAC_READ_SEARCH",
          "CAP_FOWNER",
          "CAP_FSETID",
          "CAP_KILL",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SETPCAP",
          "CAP_LINUX_IMMUTABLE",
          "CAP_NET_BIND_SERVICE",
          "CAP_NET_BROADCAST",
          "CAP_NET_ADMIN",
          "CAP_NET_RAW",
          "CAP_IPC_LOCK",
          "CAP_IPC_OWNER",
          "CAP_SYS_MODULE",
          "CAP_SYS_RAWIO",
          "CAP_SYS_CHROOT",
          "CAP_SYS_PTRACE",
          "CAP_SYS_PACCT",
          "CAP_SYS_ADMIN",
          "CAP_SYS_BOOT",
          "CAP_SYS_NICE",
          "CAP_SYS_RESOURCE",
          "CAP_SYS_TIME",
          "CAP_SYS_TTY_CONFIG",
          "CAP_MKNOD",
          "CAP_LEASE",
          "CAP_AUDIT_WRITE",
          "CAP_AUDIT_CONTROL",
          "CAP_SETFCAP",
          "CAP_MAC_OVERRIDE",
          "CAP_MAC_ADMIN",
          "CAP_SYSLOG",
          "CAP_WAKE_ALARM",
          "CAP_BLOCK_SUSPEND",
          "CAP_AUDIT_READ",
          "CAP_PERFMON",
          "CAP_BPF",
          "CAP_CHECKPOINT_RESTORE");

  /** Docker's defaults: 0xa80425fb. */
  static final Set<String> DEFAULT =
      Set.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_FSETID",
          "CAP_FOWNER",
          "CAP_MKNOD",
          "CAP_NET_RAW",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SETFCAP",
          "CAP_SETPCAP",
          "CAP_NET_BIND_SERVICE",
          "CAP_SYS_CHROOT",
          "CAP_KILL",
          "CAP_AUDIT_WRITE");

  private Capabilities() {}

  /**
   * The names of the bits of a mask as {@code /proc/self/status} shows it. Bits without a name are
   * left out.
   */
  static Set<String> ofMask(long mask) {
    Set<String> names = new LinkedHashSet<>();
    for (int bit = 0; bit < NAMES.size(); bit++) {
      if ((mask & 1L << bit) != 0) {
        names.add(NAMES.get(bit));
      }
    }
    return names;
  }

  /**
   * Checks a list of the user's.
   *
   * @param field for the message: {@code CapAdd} or {@code CapDrop}
   * @param available what the engine itself may have
   */
  static void check(String field, List<String> names, Set<String> available) {
    for (String name : names) {
      String normal = normal(name);
      if (normal.equals(ALL)) {
        continue;
      }
      if (!NAMES.contains(normal)) {
        throw EngineException.invalid(
            "invalid %s: unknown capability: \"%s\"".formatted(field, normal));
      }
      if (!available.contains(normal)) {
        throw EngineException.invalid(
            "invalid %s: capability not supported by your kernel or not available in the current environment: \"%s\""
                .formatted(field, normal));
      }
    }
  }

  /**
   * What a container has: bounding, permitted and effective set alike. Adding wins over dropping,
   * as Docker does; what the engine itself does not have cannot be given.
   */
  static List<String> effective(
      List<String> add, List<String> drop, boolean privileged, Set<String> available) {
    List<String> added = add.stream().map(Capabilities::normal).toList();
    List<String> dropped = drop.stream().map(Capabilities::normal).toList();
    List<String> result = new ArrayList<>();
    for (String name : NAMES) {
      if (available.contains(name) && (privileged || has(name, added, dropped))) {
        result.add(name);
      }
    }
    return List.copyOf(result);
  }

  private static boolean has(String name, List<String> added, List<String> dropped) {
    if (added.contains(ALL)) {
      return !dropped.contains(name);
    }
    if (dropped.contains(ALL)) {
      return added.contains(name);
    }
    return added.contains(name) || (DEFAULT.contains(name) && !dropped.contains(name));
  }

  private static String normal(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return upper.equals(ALL) || upper.startsWith(PREFIX) ? upper : PREFIX + upper;
  }
}
