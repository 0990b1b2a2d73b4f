package io.gantry.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.SmartLifecycle;
import tools.jackson.databind.json.JsonMapper;

/**
 * Serves Actuator's health endpoint at {@code /actuator/health[/GROUP]} and the metrics in
 * Prometheus' text format at {@code /actuator/prometheus} and, where dockerd has them, {@code
 * /metrics}. Read-only, on a loopback address, beside the API: whoever can reach the address learns
 * how the engine is and can do nothing to it. An address that is taken is a warning, not a failure:
 * containers matter more than being watched.
 */
final class ManagementServer implements SmartLifecycle {

  private static final Logger log = LoggerFactory.getLogger(ManagementServer.class);
  private static final String HEALTH = "/actuator/health";
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String JSON = "application/vnd.spring-boot.actuator.v3+json";
  private static final int BACKLOG = 16;

  private final Optional<InetSocketAddress> address;
  private final HealthEndpoint health;
  private final PrometheusMeterRegistry metrics;
  private final JsonMapper json = JsonMapper.builder().build();
  private Optional<HttpServer> server = Optional.empty();

  ManagementServer(
      Optional<InetSocketAddress> address, HealthEndpoint health, PrometheusMeterRegistry metrics) {
    this.address = address;
    this.health = health;
    this.metrics = metrics;
  }

  @Override
  public void start() {
    address.ifPresent(this::start);
  }

  private void start(InetSocketAddress where) {
    try {
      HttpServer created = HttpServer.create(where, BACKLOG);
      created.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      created.createContext("/", exchange -> answer(exchange, 404, "text/plain", "not found\n"));
      created.createContext(HEALTH, this::health);
      created.createContext("/actuator/prometheus", this::metrics);
      created.createContext("/metrics", this::metrics);
      created.start();
      server = Optional.of(created);
      log.info("health and metrics are at http:/{}/actuator/health and /prometheus", where);
    } catch (IOException e) {
      log.warn("health and metrics are not served at {}: {}", where, e.getMessage());
    }
  }

  /** Where it listens; empty when it does not. */
  Optional<InetSocketAddress> address() {
    return server.map(HttpServer::getAddress);
  }

  private void health(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().substring(HEALTH.length());
    HealthDescriptor found = path.isEmpty() ? health.health() : find(path);
    if (found == null) {
      answer(exchange, 404, "text/plain", "not found\n");
      return;
    }
    boolean down =
        found.getStatus().equals(Status.DOWN) || found.getStatus().equals(Status.OUT_OF_SERVICE);
    answer(exchange, down ? 503 : 200, JSON, json.writeValueAsString(found));
  }

  /** The health of a group or component; null if there is none. */
  private @Nullable HealthDescriptor find(String path) {
    return path.startsWith("/") ? health.healthForPath(path.substring(1).split("/")) : null;
  }

  private void metrics(HttpExchange exchange) throws IOException {
    answer(exchange, 200, TEXT, metrics.scrape(TEXT));
  }

  private static void answer(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        exchange.sendResponseHeaders(405, -1);
        return;
      }
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      if (method.equals("HEAD")) {
        exchange.sendResponseHeaders(status, -1);
        return;
      }
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void stop() {
    server.ifPresent(running -> running.stop(0));
    server = Optional.empty();
  }

  @Override
  public boolean isRunning() {
    return server.isPresent();
  }
}
