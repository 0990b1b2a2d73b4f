package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.HostConfig;
import io.gantry.network.EndpointSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.annotation.JsonDeserialize;

/** The body of {@code POST /containers/create} (API v1.51). */
@GoName(value = "container.CreateRequest", unnamed = true)
public record CreateRequest(
    @JsonUnwrapped @JsonDeserialize(using = Flat.OfConfig.class) @Nullable ContainerConfig config,
    @Nullable HostConfig hostConfig,
    @Nullable NetworkingConfig networkingConfig) {

  /** What is asked of networks, by name. */
  @GoName("network.NetworkingConfig")
  public record NetworkingConfig(@Nullable Map<String, @Nullable EndpointConfig> endpointsConfig) {}

  /** The endpoints asked for. */
  public Map<String, EndpointSettings> networks() {
    Map<String, EndpointSettings> networks = new LinkedHashMap<>();
    if (networkingConfig != null && networkingConfig.endpointsConfig != null) {
      networkingConfig.endpointsConfig.forEach(
          (name, endpoint) -> networks.put(name, EndpointConfig.settings(endpoint)));
    }
    return networks;
  }
}
