package io.gantry.registry;

import io.gantry.registry.RegistryException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;

/** Follows redirects, as far as they go and without credentials for strangers. */
final class Redirects {

  private static final int LIMIT = 10;

  private Redirects() {}

  /** Sends a call without a body; the answer is no redirect. */
  static HttpResponse<InputStream> send(Session session, Session.Call call) {
    Session.Call at = call;
    for (int i = 0; i <= LIMIT; i++) {
      HttpResponse<InputStream> response = session.send(at);
      if (!isRedirect(response.statusCode())) {
        return response;
      }
      URI next = location(response, at.uri(), session.endpoint());
      close(response);
      at = new Session.Call(at.method(), next, at.headers(), null, at.timeout());
    }
    throw new RegistryException(
        Reason.MALFORMED,
        "stopped after " + LIMIT + " redirects of " + RegistryErrors.withoutQuery(call.uri()));
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  /**
   * Where an answer points to; an answer over a checked connection may not point to an unchecked
   * one.
   */
  static URI location(HttpResponse<?> response, URI base, RegistryEndpoint endpoint) {
    String text = response.headers().firstValue("Location").orElse("");
    try {
      URI next = base.resolve(text);
      boolean https = "https".equals(next.getScheme());
      if (!text.isEmpty()
          && next.getHost() != null
          && (https || ("http".equals(next.getScheme()) && !endpoint.verified()))) {
        return next;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    throw new RegistryException(
        Reason.MALFORMED,
        "the registry's answer for "
            + RegistryErrors.withoutQuery(base)
            + " has no usable Location");
  }

  static void close(HttpResponse<InputStream> response) {
    try {
      response.body().close();
    } catch (IOException e) {
      // nothing more is wanted of it
    }
  }
}
