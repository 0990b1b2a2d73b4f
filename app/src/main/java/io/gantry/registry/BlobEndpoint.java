package io.gantry.registry;

import io.gantry.registry.RegistryException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;

/** {@code /v2/<name>/blobs/<digest>}. */
final class BlobEndpoint {

  private final Session session;
  private final String repository;

  BlobEndpoint(Session session, String repository) {
    this.session = session;
    this.repository = repository;
  }

  boolean exists(String digest) {
    URI uri = uri(digest);
    HttpResponse<InputStream> response = Redirects.send(session, Session.Call.head(uri, Map.of()));
    try (InputStream body = response.body()) {
      return switch (response.statusCode()) {
        case 200 -> true;
        case 404 -> false;
        default -> throw RegistryErrors.of("HEAD", uri, response.statusCode(), body);
      };
    } catch (IOException e) {
      throw RegistryErrors.connection("HEAD", uri, e);
    }
  }

  /**
   * Opens the blob from an offset on.
   *
   * @param offset where to begin; the stream says where it really begins
   */
  BlobStream open(String digest, long offset) {
    return open(uri(digest), digest, offset);
  }

  /** Opens a blob that the manifest says is to be had elsewhere. */
  BlobStream openAt(List<String> urls, String digest, long offset) {
    for (String url : urls) {
      try {
        URI uri = URI.create(url);
        if ("https".equals(uri.getScheme())
            || ("http".equals(uri.getScheme()) && !session.endpoint().verified())) {
          return open(uri, digest, offset);
        }
      } catch (IllegalArgumentException | RegistryException e) {
        // the next one may do
      }
    }
    throw new RegistryException(Reason.BLOB_UNKNOWN, "blob unknown: " + digest);
  }

  private BlobStream open(URI uri, String digest, long offset) {
    Map<String, String> headers = offset > 0 ? Map.of("Range", "bytes=" + offset + "-") : Map.of();
    HttpResponse<InputStream> response = Redirects.send(session, Session.Call.get(uri, headers));
    int status = response.statusCode();
    if (status == 200) {
      return new BlobStream(response.body(), 0);
    }
    String range = response.headers().firstValue("Content-Range").orElse("");
    if (status == 206 && range.startsWith("bytes " + offset + "-")) {
      return new BlobStream(response.body(), offset);
    }
    if (offset > 0 && (status == 416 || status == 206)) {
      Redirects.close(response);
      return open(uri, digest, 0);
    }
    try (InputStream body = response.body()) {
      RegistryException refused = RegistryErrors.of("GET", uri, status, body);
      if (status == 404 && refused.reason() == Reason.OTHER) {
        throw new RegistryException(Reason.BLOB_UNKNOWN, "blob unknown: " + digest, refused);
      }
      throw refused;
    } catch (IOException e) {
      throw RegistryErrors.connection("GET", uri, e);
    }
  }

  private URI uri(String digest) {
    return session.endpoint().at("/v2/" + repository + "/blobs/" + digest);
  }
}
