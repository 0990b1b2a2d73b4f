package io.gantry.container;

import io.gantry.config.DaemonOptions;
import io.gantry.container.spec.SystemPaths;
import java.util.List;

/**
 * What the daemon gives containers that did not ask for something else.
 *
 * @param logConfig log driver and options
 * @param runtime OCI runtime
 * @param shmSize bytes of /dev/shm
 * @param ipcMode private or shareable
 * @param cgroupnsMode host or private
 * @param privilegedCgroupnsMode the same for privileged containers
 * @param maskedPaths hidden in unprivileged containers
 * @param readonlyPaths read-only in unprivileged containers
 * @param umask normal or secure
 */
public record HostDefaults(
    LogConfig logConfig,
    String runtime,
    long shmSize,
    String ipcMode,
    String cgroupnsMode,
    String privilegedCgroupnsMode,
    List<String> maskedPaths,
    List<String> readonlyPaths,
    String umask) {

  /**
   * What the daemon was told, and what is best on this host where it was told nothing.
   *
   * @param runtime the first of this host
   * @param ownCgroups whether a container, privileged or not, sees its own cgroups only: so it is
   *     with version 2
   */
  static HostDefaults of(DaemonOptions.Containers options, String runtime, boolean ownCgroups) {
    String cgroupnsMode = options.cgroupnsMode().orElse(ownCgroups ? "private" : "host");
    return new HostDefaults(
        new LogConfig(options.logDriver(), options.logOptions()),
        options.defaultRuntime().orElse(runtime),
        options.shmSize(),
        options.ipcMode(),
        cgroupnsMode,
        ownCgroups ? cgroupnsMode : "host",
        SystemPaths.MASKED,
        SystemPaths.READONLY,
        options.umask() == DaemonOptions.Umask.NORMAL ? "normal" : "secure");
  }
}
