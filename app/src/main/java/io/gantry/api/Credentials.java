package io.gantry.api;

import io.gantry.api.http.Exchange;
import io.gantry.api.wire.CredentialsRequest;
import io.gantry.error.EngineException;
import io.gantry.registry.AuthConfig;
import java.util.Base64;

/**
 * The header {@code X-Registry-Auth}: credentials as JSON in base64, for a registry (API v1.51).
 */
final class Credentials {

  private Credentials() {}

  /** Nobody's when there is none; one that can't be read is refused, as dockerd does for pulls. */
  static AuthConfig of(Exchange exchange) {
    String header = exchange.header("X-Registry-Auth");
    if (header.isEmpty()) {
      return AuthConfig.ANONYMOUS;
    }
    try {
      // clients use both alphabets, with and without padding
      String plain = header.replace('+', '-').replace('/', '_').replace("=", "");
      byte[] json = Base64.getUrlDecoder().decode(plain);
      return exchange.json().read(json, CredentialsRequest.class).config();
    } catch (IllegalArgumentException | EngineException e) {
      throw new EngineException(
          EngineException.Kind.INVALID, "invalid X-Registry-Auth header: " + e.getMessage(), e);
    }
  }
}
