package io.gantry.registry;

import io.gantry.registry.RegistryException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Gets bearer tokens from the server a registry names (distribution spec: token authentication, and
 * its OAuth2 form).
 */
final class TokenServer {

  /**
   * A token.
   *
   * @param value sent in the Authorization header
   * @param identity to log in with next time; may be empty
   * @param expires when it is no longer good, with a margin
   */
  record Token(String value, String identity, Instant expires) {}

  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int MAX_ANSWER = 1024 * 1024;
  private static final int SHORTEST_LIFE = 60;
  private static final int MARGIN = 5;
  private static final String CLIENT = "docker";

  private final Transport transport;
  private final RegistryEndpoint endpoint;

  TokenServer(Transport transport, RegistryEndpoint endpoint) {
    this.transport = transport;
    this.endpoint = endpoint;
  }

  Token fetch(Challenge challenge, List<String> scopes, AuthConfig auth, boolean login) {
    URI realm = realm(challenge);
    HttpRequest request =
        auth.identityToken().isEmpty()
            ? basic(realm, challenge, scopes, auth, login)
            : refresh(realm, challenge, scopes, auth);
    HttpResponse<InputStream> response = transport.send(request, endpoint.verified());
    try (InputStream body = response.body()) {
      if (response.statusCode() / 100 != 2) {
        throw RegistryErrors.of(request.method(), realm, response.statusCode(), body);
      }
      return read(Json.tree(Json.readAll(body, MAX_ANSWER, "token")));
    } catch (IOException e) {
      throw RegistryErrors.connection(request.method(), realm, e);
    } catch (JacksonException e) {
      throw new RegistryException(Reason.MALFORMED, "the token server's answer is not JSON", e);
    }
  }

  private URI realm(Challenge challenge) {
    URI realm;
    try {
      realm = URI.create(challenge.parameter("realm"));
    } catch (IllegalArgumentException e) {
      throw new RegistryException(Reason.MALFORMED, "the registry names no valid token server", e);
    }
    boolean https = "https".equals(realm.getScheme());
    if (realm.getHost() == null || !(https || "http".equals(realm.getScheme()))) {
      throw new RegistryException(Reason.MALFORMED, "the registry names no valid token server");
    }
    if (!https && endpoint.verified()) {
      throw new RegistryException(
          Reason.MALFORMED,
          "the registry's token server " + realm.getHost() + " is not reached by https");
    }
    return realm;
  }

  private static HttpRequest basic(
      URI realm, Challenge challenge, List<String> scopes, AuthConfig auth, boolean login) {
    StringBuilder query = new StringBuilder(realm.getRawQuery() == null ? "" : realm.getRawQuery());
    add(query, "service", challenge.parameter("service"));
    for (String scope : scopes) {
      add(query, "scope", scope);
    }
    if (!auth.username().isEmpty()) {
      add(query, "account", auth.username());
      if (login) {
        add(query, "offline_token", "true");
        add(query, "client_id", CLIENT);
      }
    }
    String base = RegistryErrors.withoutQuery(realm);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(query.isEmpty() ? base : base + "?" + query))
            .timeout(TIMEOUT)
            .GET();
    if (!auth.username().isEmpty()) {
      request.header("Authorization", basicHeader(auth));
    }
    return request.build();
  }

  private static HttpRequest refresh(
      URI realm, Challenge challenge, List<String> scopes, AuthConfig auth) {
    StringBuilder form = new StringBuilder();
    add(form, "grant_type", "refresh_token");
    add(form, "refresh_token", auth.identityToken());
    add(form, "client_id", CLIENT);
    add(form, "service", challenge.parameter("service"));
    add(form, "scope", String.join(" ", scopes));
    return HttpRequest.newBuilder(realm)
        .timeout(TIMEOUT)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(HttpRequest.BodyPublishers.ofString(form.toString()))
        .build();
  }

  private static void add(StringBuilder query, String name, String value) {
    if (!value.isEmpty()) {
      query
          .append(query.isEmpty() ? "" : "&")
          .append(name)
          .append('=')
          .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    }
  }

  static String basicHeader(AuthConfig auth) {
    byte[] pair = (auth.username() + ":" + auth.password()).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  private static Token read(JsonNode answer) {
    String token = answer.path("token").asString("");
    if (token.isEmpty()) {
      token = answer.path("access_token").asString("");
    }
    if (token.isEmpty()) {
      throw new RegistryException(
          Reason.MALFORMED, "authorization server did not include a token in the response");
    }
    long life = Math.max(SHORTEST_LIFE, answer.path("expires_in").asLong(SHORTEST_LIFE));
    return new Token(
        token, answer.path("refresh_token").asString(""), Instant.now().plusSeconds(life - MARGIN));
  }
}
