package io.gantry.container;

import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.HostConfig;
import io.gantry.container.record.Lists;
import io.gantry.network.EndpointSettings;
import java.util.Map;
import java.util.Optional;

/**
 * A request to make a container ({@code POST /containers/create}).
 *
 * @param name without slash; empty for a generated one
 * @param platform {@code os/arch[/variant]} asked for
 * @param config as the client sent it
 * @param hostConfig as the client sent it
 * @param networks endpoints asked for, by network name
 * @param readOnlyAlone whether read-only binds leave what is mounted below them as it is
 */
public record CreateContainer(
    Optional<String> name,
    Optional<String> platform,
    ContainerConfig config,
    HostConfig hostConfig,
    Map<String, EndpointSettings> networks,
    boolean readOnlyAlone) {

  public CreateContainer {
    networks = Lists.of(networks);
  }
}
