package io.gantry.api;

import io.gantry.api.http.ApiVersion;
import io.gantry.api.wire.CreateRequest;
import io.gantry.api.wire.Wire;
import io.gantry.container.CreateContainer;
import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.HostConfig;
import io.gantry.error.EngineException;
import io.gantry.image.Platform;
import io.gantry.network.EndpointSettings;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** What a request to create a container means at the API version of the client that sent it. */
@Component
final class CreateOptions {

  /** Since this version a container can be connected to several networks when it is created. */
  private static final int SEVERAL_NETWORKS = 44;

  /** Since this version images can be mounted. */
  private static final int IMAGE_MOUNTS = 48;

  /** Before this version the client removed the container, and the daemon was to leave it alone. */
  private static final int AUTO_REMOVE = 25;

  /** Before this version containers could be joined by others' IPC namespaces by default. */
  private static final int PRIVATE_IPC = 40;

  /** What the client is told of a field it should not use any more. */
  Optional<String> deprecation(CreateRequest request, ApiVersion version) {
    ContainerConfig config = request.config();
    return version.before(SEVERAL_NETWORKS) || config == null || config.macAddress().isEmpty()
        ? Optional.empty()
        : Optional.of(
            "The container-wide MacAddress field is now deprecated. It should be specified in"
                + " EndpointsConfig instead.");
  }

  CreateContainer read(
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
    if (version.before(IMAGE_MOUNTS)
        && host.mounts().stream().anyMatch(mount -> mount.type().equals("image"))) {
      throw EngineException.invalid("Mount type \"Image\" needs API v1.48 or newer");
    }
    Map<String, EndpointSettings> networks = request.networks();
    if (version.before(SEVERAL_NETWORKS) && networks.size() > 1) {
      throw EngineException.invalid(
          "Container cannot be created with multiple network endpoints: "
              + String.join(", ", networks.keySet()));
    }
    return new CreateContainer(
        name, platform.map(Platform::parse).map(Platform::toString), config, host, networks);
  }

  private static HostConfig asMeant(HostConfig host, ApiVersion version) {
    HostConfig meant = version.before(AUTO_REMOVE) ? host.withAutoRemove(false) : host;
    return version.before(PRIVATE_IPC) && meant.ipcMode().isEmpty()
        ? meant.withIpcMode("shareable")
        : meant;
  }
}
