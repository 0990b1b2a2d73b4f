package io.gantry.api;

import io.gantry.api.http.Exchange;
import io.gantry.api.wire.PlatformRequest;
import io.gantry.error.EngineException;
import io.gantry.image.Platform;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The platforms in the queries of requests for images, each an object in JSON. Images here are for
 * one platform each, so at most one can be asked for.
 */
final class Platforms {

  private static final String INVALID = "invalid JSON: ";

  private Platforms() {}

  /**
   * The parameter {@code platform}; empty when there is none, or the client's version does not know
   * it.
   *
   * @param since the minor version that brought it
   * @throws EngineException INVALID, in dockerd's words
   */
  static Optional<Platform> one(Exchange exchange, int since) {
    return exchange.version().before(since)
        ? Optional.empty()
        : exchange.query().given("platform").map(text -> read(exchange, text));
  }

  /** As {@link #one}, but several are refused and not passed over. */
  static Optional<Platform> only(Exchange exchange, int since) {
    if (exchange.version().atLeast(since) && exchange.query().all("platform").size() > 1) {
      throw EngineException.invalid("multiple platform parameters not supported");
    }
    return one(exchange, since);
  }

  /** As {@link #one}, of the parameter {@code platforms}. */
  static Optional<Platform> ofMany(Exchange exchange, int since) {
    if (exchange.version().before(since)) {
      return Optional.empty();
    }
    List<Platform> platforms =
        exchange.query().all("platforms").stream().map(text -> read(exchange, text)).toList();
    if (platforms.size() > 1) {
      throw EngineException.invalid("multiple platforms are not supported");
    }
    return platforms.stream().findFirst();
  }

  private static Platform read(Exchange exchange, String text) {
    PlatformRequest request;
    try {
      request = exchange.json().read(text.getBytes(StandardCharsets.UTF_8), PlatformRequest.class);
    } catch (EngineException e) {
      String reason = String.valueOf(e.getMessage());
      reason = reason.startsWith(INVALID) ? reason.substring(INVALID.length()) : reason;
      boolean early = reason.equals("unexpected EOF") || reason.startsWith("got EOF");
      throw new EngineException(
          EngineException.Kind.INVALID,
          "failed to parse platform: " + (early ? "unexpected end of JSON input" : reason),
          e);
    }
    return request.platform();
  }
}
