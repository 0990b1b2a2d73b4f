package io.gantry.plugins.auth;

import java.util.Map;

/**
 * The answer to a call of the API (Docker's authorization protocol, {@code AuthZPlugin.AuthZRes}).
 *
 * @param status the HTTP status
 * @param headers several values are joined by a comma
 */
public record ApiResponse(int status, Map<String, String> headers, ApiBody body) {

  public ApiResponse {
    headers = Map.copyOf(headers);
  }
}
