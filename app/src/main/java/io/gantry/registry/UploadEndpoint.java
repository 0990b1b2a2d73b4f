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
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@code /v2/<name>/blobs/uploads/}: a blob is begun, streamed in one piece, and finished with its
 * digest; or mounted from elsewhere.
 */
final class UploadEndpoint {

  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final Session session;
  private final String repository;

  UploadEndpoint(Session session, String repository) {
    this.session = session;
    this.repository = repository;
  }

  /** Sends a small blob whose digest is known. */
  void upload(String digest, byte[] content) {
    finish(begin(), digest, content);
  }

  /**
   * Streams a blob whose digest is known only when it has been read.
   *
   * @param content made anew for every attempt
   * @param digest asked for after the content has been read to its end
   */
  void upload(Supplier<InputStream> content, Supplier<String> digest) {
    URI uri = begin();
    HttpResponse<InputStream> response =
        session.send(
            new Session.Call(
                "PATCH",
                uri,
                Map.of("Content-Type", "application/octet-stream"),
                () -> HttpRequest.BodyPublishers.ofInputStream(content),
                null));
    URI next;
    try (InputStream body = response.body()) {
      if (response.statusCode() / 100 != 2) {
        throw RegistryErrors.of("PATCH", uri, response.statusCode(), body);
      }
      next = Redirects.location(response, uri, session.endpoint());
    } catch (IOException e) {
      throw RegistryErrors.connection("PATCH", uri, e);
    }
    finish(next, digest.get(), new byte[0]);
  }

  /** Takes over a blob that another repository of the registry has. */
  boolean mount(String digest, String from) {
    URI uri = uri("?mount=" + encode(digest) + "&from=" + encode(from));
    HttpResponse<InputStream> response = post(uri);
    Redirects.close(response);
    if (response.statusCode() == 202) {
      cancel(response, uri);
    }
    return response.statusCode() == 201;
  }

  private URI begin() {
    URI uri = uri("");
    HttpResponse<InputStream> response = post(uri);
    try (InputStream body = response.body()) {
      if (response.statusCode() != 202) {
        throw RegistryErrors.of("POST", uri, response.statusCode(), body);
      }
      return Redirects.location(response, uri, session.endpoint());
    } catch (IOException e) {
      throw RegistryErrors.connection("POST", uri, e);
    }
  }

  private void finish(URI upload, String digest, byte[] rest) {
    String separator = upload.getRawQuery() == null ? "?" : "&";
    URI uri = URI.create(upload + separator + "digest=" + encode(digest));
    HttpResponse<InputStream> response =
        session.send(
            new Session.Call(
                "PUT",
                uri,
                Map.of("Content-Type", "application/octet-stream"),
                () -> HttpRequest.BodyPublishers.ofByteArray(rest),
                PATIENCE));
    try (InputStream body = response.body()) {
      if (response.statusCode() / 100 != 2) {
        throw RegistryErrors.of("PUT", uri, response.statusCode(), body);
      }
    } catch (IOException e) {
      throw RegistryErrors.connection("PUT", uri, e);
    }
  }

  private void cancel(HttpResponse<InputStream> begun, URI uri) {
    try {
      URI upload = Redirects.location(begun, uri, session.endpoint());
      Redirects.close(session.send(new Session.Call("DELETE", upload, Map.of(), null, PATIENCE)));
    } catch (RegistryException e) {
      if (e.reason() == Reason.UNAUTHORIZED) {
        throw e;
      }
      // the registry forgets unfinished uploads by itself
    }
  }

  private HttpResponse<InputStream> post(URI uri) {
    return session.send(
        new Session.Call(
            "POST",
            uri,
            Map.of(),
            () -> HttpRequest.BodyPublishers.ofByteArray(new byte[0]),
            PATIENCE));
  }

  private URI uri(String query) {
    return session.endpoint().at("/v2/" + repository + "/blobs/uploads/" + query);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
