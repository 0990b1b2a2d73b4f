package io.gantry.registry;

import io.gantry.registry.RegistryException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** {@code GET /v1/search}: Docker Hub's search, which some private registries have too. */
public final class SearchEndpoint {

  /**
   * A repository that was found.
   *
   * @param name within the registry
   * @param description may be empty
   * @param stars how many
   * @param official whether the registry calls it official
   */
  public record Hit(String name, String description, long stars, boolean official) {}

  private static final int MAX_ANSWER = 8 * 1024 * 1024;

  private final Session session;

  SearchEndpoint(Session session) {
    this.session = session;
  }

  List<Hit> search(String term, int limit) {
    String query = "q=" + URLEncoder.encode(term, StandardCharsets.UTF_8) + "&n=" + limit;
    URI uri = session.endpoint().at("/v1/search?" + query);
    HttpResponse<InputStream> response =
        Redirects.send(session, Session.Call.get(uri, Map.of("X-Docker-Token", "true")));
    try (InputStream body = response.body()) {
      if (response.statusCode() != 200) {
        throw new RegistryException(
            Reason.OTHER, "Unexpected status code " + response.statusCode());
      }
      JsonNode results = Json.tree(Json.readAll(body, MAX_ANSWER, "search result")).path("results");
      List<Hit> hits = new ArrayList<>(results.size());
      for (int i = 0; i < results.size(); i++) {
        JsonNode hit = results.path(i);
        hits.add(
            new Hit(
                hit.path("name").asString(""),
                hit.path("description").asString(""),
                hit.path("star_count").asLong(0),
                hit.path("is_official").asBoolean(false)));
      }
      return hits;
    } catch (IOException e) {
      throw RegistryErrors.connection("GET", uri, e);
    } catch (JacksonException e) {
      throw new RegistryException(Reason.MALFORMED, "the search result is not JSON", e);
    }
  }
}
