package io.gantry.container.spec;

import io.gantry.container.record.HostConfig;
import io.gantry.error.EngineException;
import io.gantry.units.Bools;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code HostConfig.SecurityOpt}, taken apart. The last of several options of one kind counts.
 *
 * @param noNewPrivileges empty: the daemon's default
 * @param writableCgroups empty: only for privileged containers
 * @param seccomp {@code unconfined}, {@code builtin} or the profile itself; empty: the daemon's
 *     default
 * @param apparmor profile name; empty: none was given
 * @param labels of SELinux, what comes after {@code label=}
 */
public record SecurityOptions(
    Optional<Boolean> noNewPrivileges,
    Optional<Boolean> writableCgroups,
    Optional<String> seccomp,
    Optional<String> apparmor,
    List<String> labels) {

  /**
   * @throws EngineException in Docker's words for an option that does not exist
   */
  static SecurityOptions parse(List<String> options) {
    Optional<Boolean> noNewPrivileges = Optional.empty();
    Optional<Boolean> writableCgroups = Optional.empty();
    Optional<String> seccomp = Optional.empty();
    Optional<String> apparmor = Optional.empty();
    List<String> labels = new ArrayList<>();
    for (String option : options) {
      if (option.equals("no-new-privileges")) {
        noNewPrivileges = Optional.of(true);
        continue;
      }
      if (option.equals("writable-cgroups")) {
        writableCgroups = Optional.of(true);
        continue;
      }
      if (option.equals("disable")) {
        labels.add("disable");
        continue;
      }
      int separator = separator(option);
      if (separator < 0) {
        throw new EngineException(
            EngineException.Kind.SYSTEM, "invalid --security-opt 1: \"" + option + "\"");
      }
      String value = option.substring(separator + 1);
      switch (option.substring(0, separator)) {
        case "label" -> labels.add(value);
        case "apparmor" -> apparmor = Optional.of(value);
        case "seccomp" -> seccomp = Optional.of(value);
        case "no-new-privileges" -> noNewPrivileges = Optional.of(bool(option, value));
        case "writable-cgroups" -> writableCgroups = Optional.of(bool(option, value));
        default -> throw invalid(option);
      }
    }
    return new SecurityOptions(noNewPrivileges, writableCgroups, seccomp, apparmor, labels);
  }

  /**
   * The AppArmor profile a container gets: the one it asks for, where the host has AppArmor. There
   * is no default profile.
   */
  public static Optional<String> apparmorProfile(HostConfig hostConfig, HostFacts facts) {
    return facts.apparmor() ? parse(hostConfig.securityOpt()).apparmor() : Optional.empty();
  }

  private static int separator(String option) {
    int equals = option.indexOf('=');
    return equals >= 0 ? equals : option.indexOf(':');
  }

  private static boolean bool(String option, String value) {
    return Bools.parse(value).orElseThrow(() -> invalid(option));
  }

  private static EngineException invalid(String option) {
    return new EngineException(
        EngineException.Kind.SYSTEM, "invalid --security-opt 2: \"" + option + "\"");
  }
}
