package io.gantry.container.record;

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
    String umask) {}
