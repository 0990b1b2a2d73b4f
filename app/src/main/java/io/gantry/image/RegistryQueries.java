package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import io.gantry.image.config.ConfigJson;
import io.gantry.image.config.ImageConfig;
import io.gantry.registry.AuthConfig;
import io.gantry.registry.BlobStream;
import io.gantry.registry.Descriptor;
import io.gantry.registry.Manifest;
import io.gantry.registry.RawManifest;
import io.gantry.registry.RegistryClient;
import io.gantry.registry.RegistryException;
import io.gantry.registry.Repository;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Asks registries without fetching images: search, login, what is under a name. */
final class RegistryQueries {

  private static final int DEFAULT_LIMIT = 25;
  private static final int MAX_LIMIT = 100;
  private static final Set<String> FILTERS = Set.of("is-automated", "is-official", "stars");

  private final RegistryClient registries;

  RegistryQueries(RegistryClient registries) {
    this.registries = registries;
  }

  List<SearchHit> search(String term, int limit, Filters filters, AuthConfig auth) {
    int wanted = limit == 0 ? DEFAULT_LIMIT : limit;
    if (wanted < 1 || wanted > MAX_LIMIT) {
      throw EngineException.invalid(
          "limit " + wanted + " is outside the range of [1, " + MAX_LIMIT + "]");
    }
    filters.only(FILTERS);
    boolean automated = filters.flag("is-automated").orElse(false);
    Optional<Boolean> official = filters.flag("is-official");
    long stars = filters.get("stars").stream().mapToLong(RegistryQueries::stars).max().orElse(0);
    if (term.contains("://")) {
      throw EngineException.invalid(
          "invalid repository name: repository name (" + term + ") should not have a scheme");
    }
    return find(term, wanted, auth).stream()
        .filter(hit -> !automated)
        .filter(hit -> official.isEmpty() || official.get() == hit.official())
        .filter(hit -> hit.stars() >= stars)
        .toList();
  }

  private static long stars(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new EngineException(
          EngineException.Kind.INVALID, "invalid filter 'stars=[" + text + "]'", e);
    }
  }

  private List<SearchHit> find(String term, int limit, AuthConfig auth) {
    int slash = term.indexOf('/');
    String first = slash < 0 ? "" : term.substring(0, slash);
    boolean named = first.indexOf('.') >= 0 || first.indexOf(':') >= 0 || first.equals("localhost");
    if (!named) {
      String name = term.startsWith("library/") ? term.substring("library/".length()) : term;
      return registries.search(Reference.DEFAULT_DOMAIN, name, limit, auth).stream()
          .map(hit -> new SearchHit(hit.name(), hit.description(), hit.stars(), hit.official()))
          .toList();
    }
    String rest = term.substring(slash + 1);
    try {
      return registries.search(first, rest, limit, auth).stream()
          .map(
              hit ->
                  new SearchHit(
                      first + "/" + hit.name(), hit.description(), hit.stars(), hit.official()))
          .toList();
    } catch (RegistryException e) {
      if (e.reason() == RegistryException.Reason.CONNECTION) {
        throw e;
      }
      List<SearchHit> hits = catalogue(first, rest, limit, auth);
      if (hits.isEmpty()) {
        throw e;
      }
      return hits;
    }
  }

  /** Registries without a search can tell what they have. */
  private List<SearchHit> catalogue(String domain, String term, int limit, AuthConfig auth) {
    try {
      return registries.catalog(domain, auth).stream()
          .filter(name -> name.contains(term))
          .limit(limit)
          .map(name -> new SearchHit(domain + "/" + name, "", 0, false))
          .toList();
    } catch (RegistryException e) {
      return List.of();
    }
  }

  LoginResult login(AuthConfig auth) {
    return new LoginResult("Login Succeeded", registries.login(auth));
  }

  DistributionInfo distribution(String name, AuthConfig auth) {
    Reference reference = Reference.parse(name).key();
    Repository repository = registries.forPull(reference.domain(), reference.path(), auth);
    RawManifest raw =
        repository.manifest(reference.digest().or(reference::tag).orElse(Reference.DEFAULT_TAG));
    Manifest manifest = raw.parse();
    return switch (manifest) {
      case Manifest.Index index ->
          new DistributionInfo(
              index.mediaType(),
              raw.digest(),
              raw.bytes().length,
              index.manifests().stream()
                  .filter(entry -> !entry.attestation())
                  .map(entry -> new Platform(entry.os(), entry.architecture(), entry.variant()))
                  .toList());
      case Manifest.Single single ->
          new DistributionInfo(
              single.mediaType(),
              raw.digest(),
              raw.bytes().length,
              List.of(platform(repository, single.config())));
    };
  }

  private static Platform platform(Repository repository, Descriptor descriptor) {
    try (BlobStream stream = repository.openBlob(descriptor, 0)) {
      ImageConfig config = ConfigJson.read(stream.body().readNBytes(ConfigJson.MAX_SIZE + 1));
      return new Platform(config.os(), config.architecture(), config.variant());
    } catch (IOException e) {
      throw EngineException.system("image configuration: " + e.getMessage(), e);
    }
  }
}
