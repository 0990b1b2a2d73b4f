package io.gantry.registry;

import io.gantry.registry.RegistryException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** {@code /v2/<name>/manifests/<reference>}. */
final class ManifestEndpoint {

  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final String DIGEST_HEADER = "Docker-Content-Digest";
  private static final Map<String, String> ACCEPT =
      Map.of("Accept", String.join(", ", MediaTypes.MANIFESTS));

  private final Session session;
  private final String repository;

  ManifestEndpoint(Session session, String repository) {
    this.session = session;
    this.repository = repository;
  }

  /** What a tag points to, if the registry says so without sending it. */
  Optional<Descriptor> head(String reference) {
    URI uri = uri(reference);
    HttpResponse<InputStream> response = Redirects.send(session, Session.Call.head(uri, ACCEPT));
    Redirects.close(response);
    String digest = response.headers().firstValue(DIGEST_HEADER).orElse("");
    if (response.statusCode() != 200 || !Digests.isDigest(digest)) {
      return Optional.empty();
    }
    return Optional.of(
        new Descriptor(
            type(response),
            digest,
            response.headers().firstValueAsLong("Content-Length").orElse(0)));
  }

  /** The document, whole and, when asked for by digest, proven to be it. */
  RawManifest get(String reference) {
    URI uri = uri(reference);
    HttpResponse<InputStream> response = Redirects.send(session, Session.Call.get(uri, ACCEPT));
    try (InputStream body = response.body()) {
      if (response.statusCode() != 200) {
        RegistryException refused = RegistryErrors.of("GET", uri, response.statusCode(), body);
        if (response.statusCode() == 404 && refused.reason() == Reason.OTHER) {
          throw new RegistryException(
              Reason.MANIFEST_UNKNOWN, "manifest unknown: manifest unknown", refused);
        }
        throw refused;
      }
      byte[] bytes = Json.readAll(body, Manifest.MAX_SIZE, "manifest of " + repository);
      boolean byDigest = reference.contains(":");
      String digest = byDigest ? Digests.of(reference, bytes) : Digests.sha256(bytes);
      if (byDigest && !digest.equals(reference)) {
        throw new RegistryException(
            Reason.MALFORMED, "manifest verification failed for digest " + reference);
      }
      return new RawManifest(type(response), digest, bytes);
    } catch (IOException e) {
      throw RegistryErrors.connection("GET", uri, e);
    }
  }

  /** Stores the document; the registry must have all it names. */
  void put(String reference, String mediaType, byte[] document) {
    URI uri = uri(reference);
    HttpResponse<InputStream> response =
        session.send(
            new Session.Call(
                "PUT",
                uri,
                Map.of("Content-Type", mediaType),
                () -> HttpRequest.BodyPublishers.ofByteArray(document),
                PATIENCE));
    try (InputStream body = response.body()) {
      if (response.statusCode() / 100 != 2) {
        throw RegistryErrors.of("PUT", uri, response.statusCode(), body);
      }
    } catch (IOException e) {
      throw RegistryErrors.connection("PUT", uri, e);
    }
  }

  private URI uri(String reference) {
    return session.endpoint().at("/v2/" + repository + "/manifests/" + reference);
  }

  private static String type(HttpResponse<?> response) {
    String type = response.headers().firstValue("Content-Type").orElse("");
    int semicolon = type.indexOf(';');
    return (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
  }
}
