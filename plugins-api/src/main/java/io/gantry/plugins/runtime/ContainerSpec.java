package io.gantry.plugins.runtime;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A container to create.
 *
 * @param id 1 to 64 characters of {@code [a-zA-Z0-9_.-]}, unique in this driver
 * @param runtime one of {@link RuntimeDriver#runtimeNames()}, or empty for the default
 * @param config the OCI {@code config.json}, complete, with absolute paths; the driver writes it
 *     into a bundle of its own and may add annotations
 * @param cgroupPath what {@code linux.cgroupsPath} in the configuration says, absolute below the
 *     cgroup mounts
 * @param tty standard streams are a terminal; the same as {@code process.terminal}
 * @param openStdin standard input can be written through {@link Attachment}; otherwise it is {@code
 *     /dev/null}
 * @param stdinOnce standard input ends with the engine's connection, and {@link
 *     Attachment#closeInput} works; otherwise it stays open
 * @param journal where all output is recorded until the log driver took it; empty: not recorded. An
 *     existing directory, without {@code :} in its path
 * @param foreignMounts the configuration binds paths from outside the data root and the exec root
 */
public record ContainerSpec(
    String id,
    String runtime,
    String config,
    String cgroupPath,
    boolean tty,
    boolean openStdin,
    boolean stdinOnce,
    Optional<Path> journal,
    boolean foreignMounts) {}
