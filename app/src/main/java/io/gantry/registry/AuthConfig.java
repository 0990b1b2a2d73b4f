package io.gantry.registry;

/**
 * What a client sends to prove who it is to a registry (API v1.51, definitions/AuthConfig and
 * {@code X-Registry-Auth}). Absent values are empty. {@link #toString()} shows no secret, so that
 * it can be logged.
 *
 * @param username of basic authentication
 * @param password of basic authentication
 * @param serverAddress the registry as the client named it; empty is Docker Hub
 * @param identityToken an OAuth2 refresh token, exchanged at the token server
 * @param registryToken a bearer token that is sent as it is
 */
public record AuthConfig(
    String username,
    String password,
    String serverAddress,
    String identityToken,
    String registryToken) {

  /** Nobody. */
  public static final AuthConfig ANONYMOUS = new AuthConfig("", "", "", "", "");

  /** Whether it holds nothing that could be sent. */
  public boolean isAnonymous() {
    return username.isEmpty() && identityToken.isEmpty() && registryToken.isEmpty();
  }

  @Override
  public String toString() {
    return "AuthConfig["
        + (isAnonymous() ? "anonymous" : "credentials")
        + " for "
        + serverAddress
        + "]";
  }
}
