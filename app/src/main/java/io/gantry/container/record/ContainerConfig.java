package io.gantry.container.record;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What runs in a container, whatever the host: Docker's {@code ContainerConfig} (API v1.51,
 * definitions/ContainerConfig, and openEuler's {@code Annotations}). In a stored container the
 * image's configuration is merged in.
 *
 * @param hostname host name; empty means the short id
 * @param domainname NIS domain name
 * @param user user[:group], by name or number; empty is root
 * @param attachStdin the client that created it attaches stdin
 * @param attachStdout likewise stdout
 * @param attachStderr likewise stderr
 * @param exposedPorts {@code port/protocol}
 * @param tty a terminal is the standard streams
 * @param openStdin stdin stays open
 * @param stdinOnce stdin is closed when the first attached client leaves
 * @param env {@code NAME=value}; a bare {@code NAME} removes the image's
 * @param cmd arguments; null takes the image's
 * @param healthcheck null takes the image's
 * @param argsEscaped kept for images made on Windows
 * @param image the image as the user named it
 * @param volumes anonymous volumes' paths
 * @param workingDir working directory, absolute
 * @param entrypoint null takes the image's
 * @param networkDisabled no network at all
 * @param macAddress of the main network's interface, as clients before API 1.44 give it
 * @param onBuild ONBUILD triggers of the image
 * @param labels user labels
 * @param stopSignal name or number; empty is SIGTERM
 * @param stopTimeout seconds until SIGKILL; null is 10
 * @param shell for the shell form of RUN, CMD and ENTRYPOINT
 * @param annotations openEuler's place for OCI annotations; {@code native.umask} is always here
 */
@CopyBuilder
public record ContainerConfig(
    String hostname,
    String domainname,
    String user,
    boolean attachStdin,
    boolean attachStdout,
    boolean attachStderr,
    Set<String> exposedPorts,
    boolean tty,
    boolean openStdin,
    boolean stdinOnce,
    List<String> env,
    @Nullable List<String> cmd,
    @Nullable Healthcheck healthcheck,
    boolean argsEscaped,
    String image,
    Set<String> volumes,
    String workingDir,
    @Nullable List<String> entrypoint,
    boolean networkDisabled,
    String macAddress,
    @Nullable List<String> onBuild,
    Map<String, String> labels,
    String stopSignal,
    @Nullable Integer stopTimeout,
    @Nullable List<String> shell,
    Map<String, String> annotations) {

  public ContainerConfig {
    hostname = Lists.of(hostname);
    domainname = Lists.of(domainname);
    user = Lists.of(user);
    exposedPorts = Lists.of(exposedPorts);
    env = Lists.of(env);
    image = Lists.of(image);
    volumes = Lists.of(volumes);
    workingDir = Lists.of(workingDir);
    macAddress = Lists.of(macAddress);
    labels = Lists.orAbsent(labels);
    stopSignal = Lists.of(stopSignal);
    annotations = Lists.of(annotations);
  }

  public ContainerConfig with(@Nullable Healthcheck other) {
    return ContainerConfigBuilder.from(this).healthcheck(other).build();
  }

  public ContainerConfig withMacAddress(String other) {
    return ContainerConfigBuilder.from(this).macAddress(other).build();
  }
}
