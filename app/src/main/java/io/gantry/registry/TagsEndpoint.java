package io.gantry.registry;

import io.gantry.registry.RegistryException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Lists that come in pages: {@code /v2/<name>/tags/list} and {@code /v2/_catalog}. */
final class TagsEndpoint {

  private static final int MAX_PAGE = 16 * 1024 * 1024;
  private static final int MAX_ENTRIES = 100_000;
  private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");

  private final Session session;

  TagsEndpoint(Session session) {
    this.session = session;
  }

  List<String> tags(String repository) {
    return pages(session.endpoint().at("/v2/" + repository + "/tags/list"), "tags");
  }

  List<String> catalog() {
    return pages(session.endpoint().at("/v2/_catalog?n=1000"), "repositories");
  }

  private List<String> pages(URI first, String field) {
    List<String> names = new ArrayList<>();
    Optional<URI> at = Optional.of(first);
    while (at.isPresent() && names.size() < MAX_ENTRIES) {
      at = page(at.get(), field, names);
    }
    return names;
  }

  private Optional<URI> page(URI uri, String field, List<String> names) {
    HttpResponse<InputStream> response = Redirects.send(session, Session.Call.get(uri, Map.of()));
    try (InputStream body = response.body()) {
      if (response.statusCode() != 200) {
        throw RegistryErrors.of("GET", uri, response.statusCode(), body);
      }
      int before = names.size();
      JsonNode list = Json.tree(Json.readAll(body, MAX_PAGE, field + " list")).path(field);
      for (int i = 0; i < list.size(); i++) {
        names.add(list.path(i).asString(""));
      }
      Matcher next = NEXT.matcher(response.headers().firstValue("Link").orElse(""));
      if (names.size() == before || !next.find()) {
        return Optional.empty();
      }
      URI target = uri.resolve(next.group(1));
      return target.equals(uri) ? Optional.empty() : Optional.of(target);
    } catch (IOException e) {
      throw RegistryErrors.connection("GET", uri, e);
    } catch (JacksonException | IllegalArgumentException e) {
      throw new RegistryException(
          Reason.MALFORMED, "the registry's list of " + field + " is broken", e);
    }
  }
}
