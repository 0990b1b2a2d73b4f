package io.gantry.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.config.DaemonOptions;
import io.gantry.event.EventJournal;
import io.gantry.event.EventType;
import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ManagementServerTest {

  @TempDir Path directory;

  private final AtomicBoolean databaseAnswers = new AtomicBoolean(true);
  private final PrometheusMeterRegistry metrics =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM);
  private final AnnotationConfigApplicationContext context =
      new AnnotationConfigApplicationContext();
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeEach
  void health() {
    context
        .getEnvironment()
        .getPropertySources()
        .addFirst(
            new org.springframework.core.env.MapPropertySource(
                "test",
                Map.of(
                    "management.endpoints.web.exposure.include", "health",
                    "management.endpoint.health.show-details", "always",
                    "management.endpoint.health.group.readiness.include", "database")));
    context.registerBean(
        "databaseHealthIndicator",
        HealthIndicator.class,
        () -> new Indicator(databaseAnswers::get, "the database does not answer"));
    context.registerBean(
        "runtimeHealthIndicator",
        HealthIndicator.class,
        () ->
            new Indicator(
                () -> {
                  throw new IllegalStateException("crun is gone");
                },
                ""));
    context.register(
        ConfigurationPropertiesAutoConfiguration.class,
        HealthContributorRegistryAutoConfiguration.class,
        HealthEndpointAutoConfiguration.class);
    context.refresh();
  }

  @AfterEach
  void close() {
    client.close();
    context.close();
  }

  @Test
  void tellsHealthByComponentAndGroup() throws Exception {
    try (Running server = new Running(start(anyPort()))) {
      HttpResponse<String> all = server.get("/actuator/health");
      assertThat(all.statusCode()).isEqualTo(503);
      JsonNode body = JsonMapper.shared().readTree(all.body());
      assertThat(body.at("/status").asString()).isEqualTo("DOWN");
      assertThat(body.at("/components/database/status").asString()).isEqualTo("UP");
      assertThat(body.at("/components/runtime/details/error").asString()).contains("crun is gone");

      assertThat(server.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
      databaseAnswers.set(false);
      HttpResponse<String> readiness = server.get("/actuator/health/readiness");
      assertThat(readiness.statusCode()).isEqualTo(503);
      assertThat(readiness.body()).contains("the database does not answer");
    }
  }

  @Test
  void knowsNothingElseAndChangesNothing() throws Exception {
    try (Running server = new Running(start(anyPort()))) {
      assertThat(server.get("/actuator/health/nothing").statusCode()).isEqualTo(404);
      assertThat(server.get("/actuator/healthy").statusCode()).isEqualTo(404);
      assertThat(server.get("/actuator/env").statusCode()).isEqualTo(404);
      assertThat(server.get("/containers/json").statusCode()).isEqualTo(404);
      HttpRequest post =
          HttpRequest.newBuilder(server.uri("/actuator/health"))
              .POST(HttpRequest.BodyPublishers.ofString("{}"))
              .build();
      HttpResponse<String> answer = client.send(post, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(405);
    }
  }

  @Test
  void countsWhatHappens() throws Exception {
    try (EventJournal events = new EventJournal(directory, 1 << 20);
        EventCounters counters = new EventCounters(metrics, events);
        Running server = new Running(start(anyPort()))) {
      counters.start();
      events.publish(EventType.CONTAINER, "start", "a", Map.of());
      events.publish(EventType.CONTAINER, "die", "a", Map.of("exitCode", "0"));
      events.publish(EventType.CONTAINER, "die", "b", Map.of("exitCode", "137"));
      events.publish(EventType.IMAGE, "pull", "c", Map.of());
      await(() -> metrics.get("gantry.image.pulls").counter().count() == 1);
      List<String> lines = server.get("/metrics").body().lines().toList();
      assertThat(lines)
          .contains(
              "gantry_container_starts_total 1.0",
              "gantry_container_exits_total{result=\"success\"} 1.0",
              "gantry_container_exits_total{result=\"failure\"} 1.0",
              "gantry_image_pulls_total 1.0");
      assertThat(server.get("/actuator/prometheus").body()).contains("gantry_container_starts");
    }
  }

  @Test
  void goesWithoutAnAddressThatIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ManagementServer server =
          start(
              Optional.of(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort())));
      assertThat(server.address()).isEmpty();
    }
    assertThat(start(Optional.empty()).address()).isEmpty();
  }

  @Test
  void networkIsDownWithoutItsBridge() {
    DaemonOptions.Network without = network("--bridge", "gantry-none");
    assertThat(new NetworkIndicator(without).health().getStatus().getCode()).isEqualTo("DOWN");
    DaemonOptions.Network none = network("--bridge", "none");
    assertThat(new NetworkIndicator(none).health().getStatus().getCode()).isEqualTo("UP");
  }

  private static DaemonOptions.Network network(String... flags) {
    List<String> arguments = new ArrayList<>(List.of("--config-file", "/dev/null"));
    arguments.addAll(List.of(flags));
    return DaemonOptions.read(arguments).network();
  }

  private static Optional<InetSocketAddress> anyPort() {
    return Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private ManagementServer start(Optional<InetSocketAddress> address) {
    ManagementServer server =
        new ManagementServer(address, context.getBean(HealthEndpoint.class), metrics);
    server.start();
    return server;
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + 10_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
      Thread.sleep(5);
    }
  }

  /** A server that listens. */
  private final class Running implements AutoCloseable {

    private final ManagementServer server;

    Running(ManagementServer server) {
      this.server = server;
    }

    URI uri(String path) {
      InetSocketAddress address = server.address().orElseThrow();
      return URI.create("http://127.0.0.1:" + address.getPort() + path);
    }

    HttpResponse<String> get(String path) throws Exception {
      return client.send(
          HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
      server.stop();
    }
  }
}
