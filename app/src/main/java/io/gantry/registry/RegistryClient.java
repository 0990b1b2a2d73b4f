package io.gantry.registry;

import io.gantry.error.EngineException;
import io.gantry.registry.RegistryException.Reason;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to registries: finds the endpoint that answers, by https or, for insecure ones, by http,
 * and remembers it. Used by many threads at once.
 */
public final class RegistryClient implements AutoCloseable {

  /**
   * An endpoint that answered, and what it asked for.
   *
   * @param endpoint the endpoint
   * @param challenges empty when it asked for nothing
   */
  private record Known(RegistryEndpoint endpoint, List<Challenge> challenges) {}

  private static final Logger log = LoggerFactory.getLogger(RegistryClient.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Where another endpoint can be tried: what listens there may not know TLS and say nothing. */
  private static final Duration HASTE = Duration.ofSeconds(10);

  private static final URI HUB_SEARCH = URI.create("https://index.docker.io");
  private static final String HUB_ADDRESS = "https://index.docker.io/v1/";

  private final Transport transport = new Transport();
  private final ConcurrentHashMap<String, Known> known = new ConcurrentHashMap<>();
  private volatile RegistryPolicy policy;

  public RegistryClient(RegistryPolicy policy) {
    this.policy = policy;
  }

  /** Takes other insecure registries and mirrors, from now on. */
  public void reload(RegistryPolicy other) {
    policy = other;
    known.clear();
  }

  /** The repository for reading. */
  public Repository forPull(String domain, String path, AuthConfig auth) {
    List<String> scopes = List.of("repository:" + path + ":pull");
    return new Repository(session(domain, policy.forPull(domain), scopes, auth, false), path);
  }

  /** The repository for writing. */
  public Repository forPush(String domain, String path, AuthConfig auth) {
    List<String> scopes = List.of("repository:" + path + ":pull,push");
    return new Repository(session(domain, policy.forPush(domain), scopes, auth, true), path);
  }

  private Session session(
      String domain,
      List<RegistryEndpoint> endpoints,
      List<String> scopes,
      AuthConfig auth,
      boolean push) {
    Known found = endpoint(domain + (push ? " push" : " pull"), endpoints);
    Session session = new Session(transport, found.endpoint(), scopes, auth, push);
    session.challenged(found.challenges());
    return session;
  }

  private Known endpoint(String key, List<RegistryEndpoint> endpoints) {
    Known found = known.get(key);
    if (found != null) {
      return found;
    }
    RegistryException failure = null;
    for (RegistryEndpoint endpoint : endpoints) {
      try {
        Session anonymous =
            new Session(transport, endpoint, List.of(), AuthConfig.ANONYMOUS, false);
        boolean last = endpoint.equals(endpoints.getLast());
        found = new Known(endpoint, PingEndpoint.ping(anonymous, last ? PATIENCE : HASTE));
        known.put(key, found);
        return found;
      } catch (RegistryException e) {
        log.debug("{} does not answer as a registry: {}", endpoint.base(), e.getMessage());
        failure = e;
      }
    }
    throw failure == null ? new RegistryException(Reason.OTHER, "no endpoint for " + key) : failure;
  }

  /** Forgets where a registry answered: after a connection to it has failed. */
  public void forget(String domain) {
    known.remove(domain + " push");
    known.remove(domain + " pull");
  }

  /**
   * Shows credentials to the registry they are for.
   *
   * @return the identity token to use instead of the password; may be empty
   * @throws EngineException when it does not accept them
   */
  public String login(AuthConfig auth) {
    String domain = domain(auth.serverAddress());
    List<RegistryEndpoint> endpoints = policy.forPush(domain);
    forget(domain);
    Session session = session(domain, endpoints, List.of(), auth, true);
    try {
      int status = PingEndpoint.status(session);
      if (status == 200) {
        return session.identityToken();
      }
      throw new RegistryException(
          Reason.OTHER,
          "login attempt to "
              + session.endpoint().base()
              + "/v2/ failed with status: "
              + status
              + (status == 401 ? " Unauthorized" : status == 403 ? " Forbidden" : ""));
    } catch (RegistryException e) {
      if (e.reason() == Reason.UNAUTHORIZED || e.reason() == Reason.DENIED) {
        throw new RegistryException(Reason.UNAUTHORIZED, String.valueOf(e.getMessage()), e);
      }
      throw e;
    }
  }

  /** The host of an address that a client kept credentials under. */
  static String domain(String address) {
    if (address.isEmpty() || address.equals(HUB_ADDRESS)) {
      return "docker.io";
    }
    int scheme = address.indexOf("://");
    String rest = scheme < 0 ? address : address.substring(scheme + 3);
    int slash = rest.indexOf('/');
    return slash < 0 ? rest : rest.substring(0, slash);
  }

  /**
   * Searches a registry; Docker Hub when the domain is its. Registries without a search are asked
   * for their catalogue.
   */
  public List<SearchEndpoint.Hit> search(String domain, String term, int limit, AuthConfig auth) {
    if (domain.equals("docker.io")) {
      RegistryEndpoint hub = new RegistryEndpoint(HUB_SEARCH, true, false);
      return new SearchEndpoint(new Session(transport, hub, List.of(), auth, true))
          .search(term, limit);
    }
    Session session = session(domain, policy.forPull(domain), List.of(), auth, true);
    return new SearchEndpoint(session).search(term, limit);
  }

  /** Names of all repositories of a private registry. */
  public List<String> catalog(String domain, AuthConfig auth) {
    return new TagsEndpoint(
            session(domain, policy.forPull(domain), List.of("registry:catalog:*"), auth, true))
        .catalog();
  }

  /**
   * Begins to fetch what an address names, outside of any registry.
   *
   * @param address of http or https; without a scheme it is http
   * @throws EngineException with Docker's text, of the kind that the server's answer stands for
   */
  public Download download(String address) {
    return Download.open(transport, address);
  }

  @Override
  public void close() {
    transport.close();
  }
}
