package io.gantry.container;

import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.Healthcheck;
import io.gantry.container.record.Lists;
import io.gantry.image.config.RunConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a container runs: the user's wishes over the image's. A pure function with Docker's
 * precedence.
 */
final class ConfigMerge {

  static final String UMASK = "native.umask";

  private ConfigMerge() {}

  /**
   * @param umask the one in force, whatever the user's annotations say here
   */
  static ContainerConfig merge(
      ContainerConfig user, RunConfig image, String hostname, String umask) {
    @Nullable List<String> entrypoint = user.entrypoint();
    @Nullable List<String> cmd = user.cmd();
    if (Lists.of(entrypoint).isEmpty()) {
      if (Lists.of(cmd).isEmpty()) {
        cmd = image.cmd().orElse(null);
      }
      if (entrypoint == null) {
        entrypoint = image.entrypoint().orElse(null);
      }
    }
    if (List.of("").equals(entrypoint)) {
      entrypoint = null;
    }
    Map<String, String> annotations = new LinkedHashMap<>(user.annotations());
    annotations.put(UMASK, umask);
    return new ContainerConfig(
        hostname,
        user.domainname(),
        user.user().isEmpty() ? image.user() : user.user(),
        user.attachStdin(),
        user.attachStdout(),
        user.attachStderr(),
        union(user.exposedPorts(), image.exposedPorts()),
        user.tty(),
        user.openStdin(),
        user.stdinOnce(),
        environment(user.env(), image.env().orElse(List.of())),
        cmd,
        healthcheck(user.healthcheck(), image),
        user.argsEscaped(),
        user.image(),
        union(user.volumes(), image.volumes()),
        user.workingDir().isEmpty() ? image.workingDir() : clean(user.workingDir()),
        entrypoint,
        user.networkDisabled(),
        user.macAddress(),
        user.onBuild() == null ? image.onBuild().orElse(null) : user.onBuild(),
        labels(user.labels(), image.labels().orElse(Map.of())),
        user.stopSignal().isEmpty() ? image.stopSignal() : user.stopSignal(),
        user.stopTimeout() == null ? image.stopTimeout().orElse(null) : user.stopTimeout(),
        user.shell() == null ? image.shell().orElse(null) : user.shell(),
        annotations);
  }

  private static String clean(String directory) {
    return Path.of(directory).normalize().toString();
  }

  private static Set<String> union(Set<String> user, Set<String> image) {
    Set<String> all = new LinkedHashSet<>(user);
    all.addAll(image);
    return all;
  }

  private static Map<String, String> labels(Map<String, String> user, Map<String, String> image) {
    Map<String, String> all = new LinkedHashMap<>(image);
    all.putAll(user);
    return all;
  }

  /** The user's first, then those of the image that the user did not name. */
  private static List<String> environment(List<String> user, List<String> image) {
    List<String> all = new ArrayList<>(user);
    Set<String> named = new LinkedHashSet<>();
    user.forEach(entry -> named.add(name(entry)));
    for (String entry : image) {
      if (!named.contains(name(entry))) {
        all.add(entry);
      }
    }
    return all;
  }

  private static String name(String entry) {
    int equals = entry.indexOf('=');
    return equals < 0 ? entry : entry.substring(0, equals);
  }

  private static @Nullable Healthcheck healthcheck(@Nullable Healthcheck user, RunConfig image) {
    RunConfig.HealthProbe probe = image.healthcheck().orElse(null);
    if (probe == null) {
      return user;
    }
    if (user == null) {
      return new Healthcheck(
          probe.test(),
          probe.interval(),
          probe.timeout(),
          probe.startPeriod(),
          probe.startInterval(),
          probe.retries(),
          probe.exitOnUnhealthy());
    }
    if (user.test().equals(List.of("NONE"))) {
      return user;
    }
    return new Healthcheck(
        user.test().isEmpty() ? probe.test() : user.test(),
        user.interval() == 0 ? probe.interval() : user.interval(),
        user.timeout() == 0 ? probe.timeout() : user.timeout(),
        user.startPeriod() == 0 ? probe.startPeriod() : user.startPeriod(),
        user.startInterval() == 0 ? probe.startInterval() : user.startInterval(),
        user.retries() == 0 ? probe.retries() : user.retries(),
        user.exitOnUnhealthy() || probe.exitOnUnhealthy());
  }
}
