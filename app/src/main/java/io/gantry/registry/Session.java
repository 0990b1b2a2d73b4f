package io.gantry.registry;

import io.gantry.registry.RegistryException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests to one endpoint as one user for one set of scopes: adds what the registry asks for to
 * prove who it is, once it has asked. Used by many threads at once. Credentials go to the endpoint
 * itself and its token server, to nobody a redirect names.
 */
final class Session {

  /**
   * What to send.
   *
   * @param method of HTTP
   * @param uri where
   * @param headers other than Authorization
   * @param body made anew for every attempt; absent means none
   * @param timeout until the head of the answer; absent waits for ever
   */
  record Call(
      String method,
      URI uri,
      Map<String, String> headers,
      @Nullable Supplier<BodyPublisher> body,
      @Nullable Duration timeout) {

    static Call get(URI uri, Map<String, String> headers) {
      return new Call("GET", uri, headers, null, PATIENCE);
    }

    static Call head(URI uri, Map<String, String> headers) {
      return new Call("HEAD", uri, headers, null, PATIENCE);
    }
  }

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int UNAUTHORIZED = 401;

  private final Transport transport;
  private final RegistryEndpoint endpoint;
  private final List<String> scopes;
  private final AuthConfig auth;
  private final boolean naked;
  private final TokenServer tokens;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Challenge challenge;
  private volatile TokenServer.@Nullable Token token;

  /**
   * @param scopes for the token server, for instance {@code repository:a/b:pull}
   * @param naked whether a missing password is reported without the request it was missing for, as
   *     pushes do
   */
  Session(
      Transport transport,
      RegistryEndpoint endpoint,
      List<String> scopes,
      AuthConfig auth,
      boolean naked) {
    this.transport = transport;
    this.endpoint = endpoint;
    this.scopes = List.copyOf(scopes);
    this.auth = endpoint.mirror() ? AuthConfig.ANONYMOUS : auth;
    this.naked = naked;
    this.tokens = new TokenServer(transport, endpoint);
  }

  RegistryEndpoint endpoint() {
    return endpoint;
  }

  /** The same endpoint and user for other scopes; knows what the registry asked for here. */
  Session withScopes(List<String> others) {
    Session session = new Session(transport, endpoint, others, auth, naked);
    session.challenge = challenge;
    return session;
  }

  /** Takes a challenge that a ping has brought. */
  void challenged(List<Challenge> challenges) {
    challenge = choose(challenges).orElse(challenge);
  }

  /**
   * Sends and returns whatever the registry answers, except that a first 401 is answered with
   * credentials. The body of the answer must be read or closed.
   */
  HttpResponse<InputStream> send(Call call) {
    boolean ours = isOurs(call.uri());
    String sent = ours ? authorization(call) : "";
    HttpResponse<InputStream> response = once(call, sent);
    if (response.statusCode() != UNAUTHORIZED || !ours) {
      return response;
    }
    Optional<Challenge> asked =
        choose(Challenge.parse(response.headers().allValues("WWW-Authenticate")));
    if (asked.isEmpty()) {
      return response;
    }
    challenge = asked.get();
    forget(sent);
    String next = authorization(call);
    if (next.isEmpty() || next.equals(sent)) {
      return response;
    }
    discard(response);
    return once(call, next);
  }

  /** Sends without saying who asks. */
  HttpResponse<InputStream> sendAnonymously(Call call) {
    return once(call, "");
  }

  private static void discard(HttpResponse<InputStream> response) {
    try {
      response.body().close();
    } catch (IOException e) {
      // the connection is given up with it
    }
  }

  private HttpResponse<InputStream> once(Call call, String authorization) {
    Supplier<BodyPublisher> body = call.body();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(call.uri())
            .method(call.method(), body == null ? HttpRequest.BodyPublishers.noBody() : body.get());
    call.headers().forEach(request::header);
    request.header("User-Agent", "gantry");
    Duration timeout = call.timeout();
    if (timeout != null) {
      request.timeout(timeout);
    }
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    return transport.send(request.build(), endpoint.verified());
  }

  private boolean isOurs(URI uri) {
    return endpoint.base().getAuthority().equals(uri.getAuthority())
        && endpoint.base().getScheme().equals(uri.getScheme());
  }

  private static Optional<Challenge> choose(List<Challenge> challenges) {
    for (String scheme : List.of("bearer", "basic")) {
      for (Challenge challenge : challenges) {
        if (challenge.scheme().equals(scheme)) {
          return Optional.of(challenge);
        }
      }
    }
    return Optional.empty();
  }

  private void forget(String sent) {
    TokenServer.Token old = token;
    if (old != null && sent.equals("Bearer " + old.value())) {
      token = null;
    }
  }

  private String authorization(Call call) {
    Challenge asked = challenge;
    if (asked == null) {
      return "";
    }
    if (asked.scheme().equals("bearer")) {
      return "Bearer " + bearer(asked, false).value();
    }
    if (auth.username().isEmpty()) {
      String what = "no basic auth credentials";
      String verb = call.method().charAt(0) + call.method().substring(1).toLowerCase(Locale.ROOT);
      throw new RegistryException(
          Reason.NO_CREDENTIALS,
          naked ? what : verb + " \"" + RegistryErrors.withoutQuery(call.uri()) + "\": " + what);
    }
    return TokenServer.basicHeader(auth);
  }

  private TokenServer.Token bearer(Challenge asked, boolean login) {
    if (!auth.registryToken().isEmpty()) {
      return new TokenServer.Token(auth.registryToken(), "", Instant.MAX);
    }
    lock.lock();
    try {
      TokenServer.Token current = token;
      if (current == null || current.expires().isBefore(Instant.now())) {
        current = tokens.fetch(asked, wanted(asked), auth, login);
        token = current;
      }
      return current;
    } finally {
      lock.unlock();
    }
  }

  private List<String> wanted(Challenge asked) {
    String scope = asked.parameter("scope");
    return scopes.isEmpty() && !scope.isEmpty() ? List.of(scope) : scopes;
  }

  /**
   * The identity token that a login with a password brought; empty when the registry gives none.
   */
  String identityToken() {
    Challenge asked = challenge;
    return asked != null && asked.scheme().equals("bearer") ? bearer(asked, true).identity() : "";
  }
}
