package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.registry.AuthConfig;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Credentials for a registry (API v1.51, definitions/AuthConfig), as a body and as {@code
 * X-Registry-Auth}.
 */
@GoName(value = "registry.AuthConfig", unnamed = true)
public record CredentialsRequest(
    @JsonProperty("username") @Nullable String username,
    @JsonProperty("password") @Nullable String password,
    @JsonProperty("serveraddress") @Nullable String serveraddress,
    @JsonProperty("identitytoken") @Nullable String identitytoken,
    @JsonProperty("registrytoken") @Nullable String registrytoken) {

  public AuthConfig config() {
    return new AuthConfig(
        Objects.requireNonNullElse(username, ""),
        Objects.requireNonNullElse(password, ""),
        Objects.requireNonNullElse(serveraddress, ""),
        Objects.requireNonNullElse(identitytoken, ""),
        Objects.requireNonNullElse(registrytoken, ""));
  }
}
