package io.gantry.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** {@code GET /v2/}: whether a registry is there, and what it wants to know of its users. */
final class PingEndpoint {

  private PingEndpoint() {}

  /**
   * Challenges, empty when it asks for nothing. Any answer but a server's failure counts as being
   * there.
   *
   * @param patience how long the answer may take
   */
  static List<Challenge> ping(Session anonymous, Duration patience) {
    URI uri = anonymous.endpoint().at("/v2/");
    HttpResponse<InputStream> response =
        anonymous.sendAnonymously(new Session.Call("GET", uri, Map.of(), null, patience));
    try (InputStream body = response.body()) {
      if (response.statusCode() >= 500) {
        throw RegistryErrors.of("GET", uri, response.statusCode(), body);
      }
      body.readNBytes(8192);
      return response.statusCode() == 401
          ? Challenge.parse(response.headers().allValues("WWW-Authenticate"))
          : List.of();
    } catch (IOException e) {
      throw RegistryErrors.connection("GET", uri, e);
    }
  }

  /** The status for a user who has shown his credentials. */
  static int status(Session session) {
    HttpResponse<InputStream> response =
        session.send(Session.Call.get(session.endpoint().at("/v2/"), Map.of()));
    Redirects.close(response);
    return response.statusCode();
  }
}
