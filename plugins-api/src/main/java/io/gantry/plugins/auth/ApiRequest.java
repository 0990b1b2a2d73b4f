package io.gantry.plugins.auth;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;

/**
 * A call of the API (Docker's authorization protocol, {@code AuthZPlugin.AuthZReq}).
 *
 * @param user the client certificate's common name; empty when there is none
 * @param authentication how the user was authenticated: {@code TLS}, or empty
 * @param method upper case
 * @param uri path and query as sent
 * @param headers without credentials ({@code X-Registry-Auth}, {@code X-Registry-Config}, {@code
 *     Authorization}); several values are joined by a comma
 * @param certificates the client's chain, its own first
 */
public record ApiRequest(
    String user,
    String authentication,
    String method,
    String uri,
    Map<String, String> headers,
    ApiBody body,
    List<X509Certificate> certificates) {

  public ApiRequest {
    headers = Map.copyOf(headers);
    certificates = List.copyOf(certificates);
  }
}
