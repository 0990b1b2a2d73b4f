package io.gantry.api.http;

import io.gantry.error.EngineException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.ClientAbortException;
import org.apache.coyote.BadRequestException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API's entrance: takes version and path apart, finds the route, runs its handler, and turns
 * failures into Docker's answers. Thread-safe; each request has a virtual thread.
 */
public final class EngineServlet extends HttpServlet {

  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(EngineServlet.class);

  private final transient Routes routes;
  private final transient Json json;
  private final transient MeterRegistry metrics;
  private final transient Map<Routes.Route, Timer> timers = new ConcurrentHashMap<>();
  private final String server;
  private final String experimental;

  /**
   * @param server the header {@code Server}
   */
  public EngineServlet(
      Routes routes, Json json, MeterRegistry metrics, String server, boolean experimental) {
    this.routes = routes;
    this.json = json;
    this.metrics = metrics;
    this.server = server;
    this.experimental = Boolean.toString(experimental);
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    long start = System.nanoTime();
    Optional<Routes.Match> match = Optional.empty();
    try {
      String decoded = Percent.decode(request.getRequestURI(), false);
      String clean = RequestPath.clean(decoded);
      if (!clean.equals(decoded)) {
        redirect(request, response, clean);
        return;
      }
      RequestPath path = RequestPath.parse(decoded);
      match = routes.find(request.getMethod(), path.path());
      if (match.isEmpty()) {
        fail(response, new ErrorAnswer(404, "page not found"));
        return;
      }
      ApiVersion version = path.version().orElse(ApiVersion.CURRENT);
      response.setHeader("Server", server);
      response.setHeader("Api-Version", ApiVersion.CURRENT.text());
      response.setHeader("Ostype", "linux");
      if (path.version().isPresent() && refused(response, version)) {
        return;
      }
      response.setHeader("Docker-Experimental", experimental);
      Routes.Match found = match.get();
      found
          .route()
          .handler()
          .handle(new Exchange(request, response, json, version, found.variable()));
    } catch (ClientAbortException e) {
      log.debug("{} {}: the client left", request.getMethod(), request.getRequestURI());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(response, new ErrorAnswer(503, "the engine is stopping"));
    } catch (Exception e) {
      answer(request, response, e);
    } finally {
      match.ifPresent(found -> time(found.route(), start));
    }
  }

  private static boolean refused(HttpServletResponse response, ApiVersion version)
      throws IOException {
    if (version.compareTo(ApiVersion.MINIMUM) < 0) {
      // clients this old don't know errors in JSON
      byte[] text =
          ("client version %s is too old. Minimum supported API version is %s, please upgrade your"
                  + " client to a newer version\n")
              .formatted(version.text(), ApiVersion.MINIMUM.text())
              .getBytes(StandardCharsets.UTF_8);
      response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
      response.setContentType("text/plain; charset=utf-8");
      response.setHeader("X-Content-Type-Options", "nosniff");
      response.setContentLength(text.length);
      response.getOutputStream().write(text);
      return true;
    }
    if (version.compareTo(ApiVersion.CURRENT) > 0) {
      throw EngineException.invalid(
          "client version %s is too new. Maximum supported API version is %s"
              .formatted(version.text(), ApiVersion.CURRENT.text()));
    }
    return false;
  }

  private void answer(HttpServletRequest request, HttpServletResponse response, Exception failure)
      throws IOException {
    if (request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof BadRequestException) {
      // the body was no HTTP, for instance a bad chunk: Tomcat answers and closes
      return;
    }
    String name = request.getMethod() + " " + request.getRequestURI();
    ErrorAnswer error = ErrorAnswer.of(failure, name);
    if (response.isCommitted()) {
      log.debug("{} broke off after its answer had begun: {}", name, error.message());
      // the client must not take what it has for the whole
      throw new IOException(error.message(), failure);
    }
    fail(response, error);
  }

  private void fail(HttpServletResponse response, ErrorAnswer error) throws IOException {
    if (response.isCommitted()) {
      return;
    }
    response.resetBuffer();
    response.setStatus(error.status());
    if (error.status() == HttpServletResponse.SC_NOT_MODIFIED) {
      return;
    }
    response.setContentType("application/json");
    json.write(response.getOutputStream(), error.body());
  }

  private static void redirect(
      HttpServletRequest request, HttpServletResponse response, String path) {
    String query = request.getQueryString();
    response.setStatus(HttpServletResponse.SC_MOVED_PERMANENTLY);
    response.setHeader("Location", Percent.encodePath(path) + (query == null ? "" : "?" + query));
    response.setContentLength(0);
  }

  private void time(Routes.Route route, long start) {
    if (!route.stream()) {
      timers
          .computeIfAbsent(
              route,
              key ->
                  Timer.builder("gantry.api.requests")
                      .description("Time to answer a request of the API")
                      .tag("method", key.method())
                      .tag("route", key.pattern())
                      .register(metrics))
          .record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    }
  }
}
