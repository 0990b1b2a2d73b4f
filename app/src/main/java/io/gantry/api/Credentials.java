package io.gantry.api;

import io.gantry.api.http.Exchange;
import io.gantry.api.wire.CredentialsRequest;
import io.gantry.error.EngineException;
import io.gantry.registry.AuthConfig;
import java.util.Base64;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The header {@code X-Registry-Auth}: credentials as JSON in base64, for a registry (API v1.51).
 */
final class Credentials {

  private static final Logger log = LoggerFactory.getLogger(Credentials.class);

  private Credentials() {}

  /** Nobody's when there is none, or one that can't be read: dockerd then asks without, too. */
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
      log.debug("X-Registry-Auth is ignored: {}", e.getMessage());
      return AuthConfig.ANONYMOUS;
    }
  }
}
