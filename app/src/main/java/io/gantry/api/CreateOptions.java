package io.gantry.api;

import io.gantry.api.http.ApiVersion;
import io.gantry.api.wire.CreateRequest;
import io.gantry.api.wire.Wire;
import io.gantry.container.CreateContainer;
import io.gantry.container.mount.MountSyntax;
import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.Healthcheck;
import io.gantry.container.record.HostConfig;
import io.gantry.container.record.Mount;
import io.gantry.error.EngineException;
import io.gantry.image.Platform;
import io.gantry.plugins.runtime.RuntimeDriver;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * What a request to create a container means at the API version of the client that sent it: fields
 * that are newer are ignored, or refused where that would be unsafe, and defaults are as they were.
 */
@Component
final class CreateOptions {

  /** Before this version the client removed the container, and the daemon was to leave it alone. */
  private static final int AUTO_REMOVE = 25;

  /** Before this version containers could be joined by others' IPC namespaces by default. */
  private static final int PRIVATE_IPC = 40;

  /** Since this version there are platforms, and cgroup namespaces on version 1 of cgroups too. */
  private static final int CGROUP_NAMESPACES = 41;

  /** Since this version options must fit the mount's type, and the terminal's size may be given. */
  private static final int STRICT_MOUNTS = 42;

  private static final int ANNOTATIONS = 43;

  /** Since this version a read-only bind is so with all that is mounted below it. */
  private static final int RECURSIVE_READ_ONLY = 44;

  private static final int SUBPATHS = 45;

  /** Since this version images can be mounted. */
  private static final int IMAGE_MOUNTS = 48;

  /**
   * A request as it is meant.
   *
   * @param warnings what the client is told of what it should say otherwise
   */
  record Meant(CreateContainer request, List<String> warnings) {}

  private final RuntimeDriver runtime;

  CreateOptions(RuntimeDriver runtime) {
    this.runtime = runtime;
  }

  Meant read(
      CreateRequest request, Optional<String> name, Optional<String> platform, ApiVersion version) {
    ContainerConfig config = request.config();
    if (config == null) {
      throw EngineException.invalid("config cannot be empty in order to create a container");
    }
    HostConfig host =
        asMeant(
            Objects.requireNonNullElseGet(
                request.hostConfig(), () -> Wire.mapper().readValue("{}", HostConfig.class)),
            version);
    List<String> warnings = new ArrayList<>();
    boolean ignored =
        !host.volumeDriver().isEmpty() && host.mounts().stream().anyMatch(CreateOptions::standard);
    if (version.atLeast(IMAGE_MOUNTS) && ignored) {
      warnings.add(
          "WARNING: the container-wide volume-driver configuration is ignored for volumes specified"
              + " via 'mount'. Use '--mount type=volume,volume-driver=...' instead");
    }
    EndpointOptions endpoints =
        new EndpointOptions(version, host.networkMode(), request.networks(), warnings);
    endpoints.macAddress(config.macAddress());
    Map<String, String> sysctls = endpoints.withoutSysctls(host.sysctls());
    return new Meant(
        new CreateContainer(
            name,
            platform
                .filter(given -> version.atLeast(CGROUP_NAMESPACES))
                .map(Platform::parse)
                .map(Platform::toString),
            asMeant(config, version),
            host.withSysctls(sysctls),
            endpoints.all(),
            version.before(RECURSIVE_READ_ONLY)),
        warnings);
  }

  /** Since there are several networks an address is that of one of them. */
  private static ContainerConfig asMeant(ContainerConfig config, ApiVersion version) {
    @Nullable Healthcheck check = config.healthcheck();
    if (version.atLeast(RECURSIVE_READ_ONLY)) {
      return config.withMacAddress("");
    }
    return check == null ? config : config.with(check.withoutStartInterval());
  }

  private HostConfig asMeant(HostConfig host, ApiVersion version) {
    HostConfig meant = version.before(AUTO_REMOVE) ? host.withAutoRemove(false) : host;
    if (version.before(PRIVATE_IPC)) {
      meant = beforePrivateIpc(meant);
    }
    if (version.before(CGROUP_NAMESPACES)
        && meant.cgroupnsMode().isEmpty()
        && !runtime.resourceSupport().cgroupVersion().equals("2")) {
      meant = meant.withCgroupnsMode("host");
    }
    if (version.before(STRICT_MOUNTS)) {
      meant = each(meant, CreateOptions::ofSources).withConsoleSize(List.of());
    } else {
      meant.mounts().forEach(MountSyntax::checkOptionsFit);
    }
    if (version.before(ANNOTATIONS)) {
      meant = meant.withAnnotations(Map.of());
    }
    meant.mounts().forEach(mount -> requireKnown(mount, version));
    return meant;
  }

  private static HostConfig beforePrivateIpc(HostConfig host) {
    HostConfig known = host.with(host.resources().withoutKernelMemoryTCP(), host.restartPolicy());
    HostConfig meant = each(known, CreateOptions::recursive);
    return meant.ipcMode().isEmpty() ? meant.withIpcMode("shareable") : meant;
  }

  private static HostConfig each(HostConfig host, UnaryOperator<Mount> change) {
    return host.mounts().isEmpty()
        ? host
        : host.withMounts(host.mounts().stream().map(change).toList());
  }

  /** Only of a source that is there. */
  private static Mount ofSources(Mount mount) {
    Mount.@Nullable BindOptions bind = mount.bindOptions();
    return bind == null ? mount : mount.with(bind.withoutMountpoint());
  }

  private static Mount recursive(Mount mount) {
    Mount.@Nullable BindOptions bind = mount.bindOptions();
    return bind == null ? mount : mount.with(bind.recursive());
  }

  /** Refuses what an old client must not believe to be in force. */
  private static void requireKnown(Mount mount, ApiVersion version) {
    Mount.@Nullable BindOptions bind = mount.bindOptions();
    Mount.@Nullable VolumeOptions volume = mount.volumeOptions();
    if (mount.type().equals("bind") && bind != null && bind.readOnlyForceRecursive()) {
      require(version, RECURSIVE_READ_ONLY, "BindOptions.ReadOnlyForceRecursive");
    }
    if (volume != null && !volume.subpath().isEmpty()) {
      require(version, SUBPATHS, "VolumeOptions.Subpath");
    }
    if (mount.type().equals("image")) {
      require(version, IMAGE_MOUNTS, "Mount type \"Image\"");
    }
  }

  private static void require(ApiVersion version, int minor, String what) {
    if (version.before(minor)) {
      throw EngineException.invalid("%s needs API v1.%d or newer".formatted(what, minor));
    }
  }

  /** Whether it is a volume of no driver in particular. */
  private static boolean standard(Mount mount) {
    Mount.@Nullable VolumeOptions options = mount.volumeOptions();
    Mount.@Nullable DriverConfig driver = options == null ? null : options.driverConfig();
    return mount.type().equals("volume") && (driver == null || driver.name().isEmpty());
  }
}
