package io.gantry.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Token authentication, redirects, limits and nonsense, from a server of the test's own. */
class HostileRegistryTest {

  @FunctionalInterface
  private interface Answer {
    void give(HttpExchange exchange) throws IOException;
  }

  private final ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
  private HttpServer server;
  private HttpServer stranger;
  private Transport transport;

  @BeforeEach
  void start() throws IOException {
    server = serve();
    stranger = serve();
    transport = new Transport();
  }

  @AfterEach
  void stop() {
    transport.close();
    server.stop(0);
    stranger.stop(0);
  }

  private static HttpServer serve() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.start();
    return server;
  }

  private void on(HttpServer at, String path, Answer answer) {
    at.createContext(
        path,
        exchange -> {
          String authorization = exchange.getRequestHeaders().getFirst("Authorization");
          seen.add(
              (at == server ? "" : "stranger ")
                  + exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI()
                  + (authorization == null ? "" : " [" + authorization + "]"));
          answer.give(exchange);
        });
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static String address(HttpServer at) {
    return "http://127.0.0.1:" + at.getAddress().getPort();
  }

  private Repository repository(AuthConfig auth) {
    RegistryEndpoint endpoint = new RegistryEndpoint(URI.create(address(server)), false, false);
    return new Repository(
        new Session(transport, endpoint, List.of("repository:a/b:pull"), auth, false), "a/b");
  }

  private static AuthConfig ann() {
    return new AuthConfig("ann", "s3cret", "", "", "");
  }

  @Test
  void aTokenIsFetchedWithThePasswordAndUsedUntilItExpires() {
    on(
        server,
        "/token",
        exchange -> answer(exchange, 200, "{\"token\":\"T1\",\"expires_in\":300}"));
    on(
        server,
        "/v2/a/b/tags/list",
        exchange -> {
          if ("Bearer T1".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            answer(exchange, 200, "{\"tags\":[\"x\"]}");
          } else {
            exchange
                .getResponseHeaders()
                .add(
                    "WWW-Authenticate",
                    "Bearer realm=\""
                        + address(server)
                        + "/token\",service=\"reg\",scope=\"ignored\"");
            answer(exchange, 401, "{}");
          }
        });
    Repository repository = repository(ann());
    assertThat(repository.tags()).containsExactly("x");
    assertThat(repository.tags()).containsExactly("x");
    assertThat(seen)
        .containsExactly(
            "GET /v2/a/b/tags/list",
            "GET /token?service=reg&scope=repository%3Aa%2Fb%3Apull&account=ann [Basic"
                + " YW5uOnMzY3JldA==]",
            "GET /v2/a/b/tags/list [Bearer T1]",
            "GET /v2/a/b/tags/list [Bearer T1]");
  }

  private static Descriptor blob() {
    return new Descriptor("application/octet-stream", "sha256:" + "0".repeat(64), 10);
  }

  @ParameterizedTest
  @ValueSource(ints = {206, 416})
  void aRangeNobodyAskedForIsAnErrorAtOnce(int status) {
    on(server, "/v2/a/b/blobs/", exchange -> answer(exchange, status, "x"));
    assertThatThrownBy(() -> repository(AuthConfig.ANONYMOUS).openBlob(blob(), 0))
        .isInstanceOf(RegistryException.class);
    assertThat(seen).hasSize(1);
    assertThatThrownBy(() -> repository(AuthConfig.ANONYMOUS).openBlob(blob(), 5))
        .isInstanceOf(RegistryException.class);
    assertThat(seen).as("once from the offset, once from the beginning").hasSize(3);
  }

  @Test
  void aBlobThatStandsStillIsGivenUp() throws Exception {
    transport.close();
    transport = new Transport(Duration.ofMillis(200));
    on(
        server,
        "/v2/a/b/blobs/",
        exchange -> {
          exchange.sendResponseHeaders(200, 10);
          exchange.getResponseBody().write('x');
          exchange.getResponseBody().flush();
        });
    try (BlobStream stream = repository(AuthConfig.ANONYMOUS).openBlob(blob(), 0)) {
      assertThatThrownBy(() -> stream.body().readAllBytes())
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("nothing came for ");
    }
  }

  @Test
  void anIdentityTokenIsExchanged() {
    on(
        server,
        "/token",
        exchange -> {
          String form =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          seen.add(form);
          answer(exchange, 200, "{\"access_token\":\"T2\"}");
        });
    on(
        server,
        "/v2/a/b/tags/list",
        exchange -> {
          boolean known = exchange.getRequestHeaders().containsKey("Authorization");
          exchange
              .getResponseHeaders()
              .add("WWW-Authenticate", "Bearer realm=\"" + address(server) + "/token\",service=s");
          answer(exchange, known ? 200 : 401, known ? "{\"tags\":[]}" : "{}");
        });
    repository(new AuthConfig("ann", "", "", "IDENTITY", "")).tags();
    assertThat(seen)
        .anyMatch(line -> line.startsWith("grant_type=refresh_token&refresh_token=IDENTITY"));
  }

  @Test
  void credentialsDoNotFollowARedirectToAStranger() throws IOException {
    String content = "content";
    on(
        server,
        "/v2/a/b/blobs/",
        exchange -> {
          if (!exchange.getRequestHeaders().containsKey("Authorization")) {
            exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=x");
            answer(exchange, 401, "{}");
            return;
          }
          exchange.getResponseHeaders().add("Location", address(stranger) + "/storage?sig=1");
          answer(exchange, 307, "");
        });
    on(stranger, "/storage", exchange -> answer(exchange, 200, content));
    Descriptor blob =
        new Descriptor("", Digests.sha256(content.getBytes(StandardCharsets.UTF_8)), 7);
    try (BlobStream stream = repository(ann()).openBlob(blob, 0)) {
      assertThat(stream.body().readAllBytes()).asString().isEqualTo(content);
    }
    assertThat(seen).contains("stranger GET /storage?sig=1");
  }

  @Test
  void aStrangersDemandForAPasswordIsNotMet() {
    on(
        server,
        "/v2/a/b/blobs/",
        exchange -> {
          exchange.getResponseHeaders().add("Location", address(stranger) + "/storage");
          answer(exchange, 302, "");
        });
    on(
        stranger,
        "/storage",
        exchange -> {
          exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=x");
          answer(exchange, 401, "{}");
        });
    assertThatThrownBy(
            () -> repository(ann()).openBlob(new Descriptor("", "sha256:" + "0".repeat(64), 1), 0))
        .isInstanceOf(RegistryException.class)
        .hasMessage("unauthorized: authentication required");
    assertThat(seen).noneMatch(line -> line.startsWith("stranger") && line.contains("["));
  }

  @Test
  void endlessRedirectsEnd() {
    on(
        server,
        "/v2/a/b/manifests/",
        exchange -> {
          exchange.getResponseHeaders().add("Location", exchange.getRequestURI().toString());
          answer(exchange, 307, "");
        });
    assertThatThrownBy(() -> repository(AuthConfig.ANONYMOUS).manifest("x"))
        .hasMessageStartingWith("stopped after 10 redirects");
  }

  @Test
  void aManifestLargerThanTheLimitIsRefused() {
    on(
        server,
        "/v2/a/b/manifests/",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          byte[] piece = new byte[64 * 1024];
          try {
            for (int i = 0; i < 1000; i++) {
              exchange.getResponseBody().write(piece);
            }
          } finally {
            exchange.close();
          }
        });
    assertThatThrownBy(() -> repository(AuthConfig.ANONYMOUS).manifest("x"))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("larger than");
  }

  @Test
  void aManifestThatIsNotTheOneAskedForIsRefused() {
    on(server, "/v2/a/b/manifests/", exchange -> answer(exchange, 200, "{\"schemaVersion\":2}"));
    String digest = "sha256:" + "0".repeat(64);
    assertThatThrownBy(() -> repository(AuthConfig.ANONYMOUS).manifest(digest))
        .hasMessage("manifest verification failed for digest " + digest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "nonsense",
        "{\"schemaVersion\":1}",
        "{\"schemaVersion\":2}",
        "{\"schemaVersion\":2,\"config\":{},\"layers\":[]}",
        "{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:../../x\",\"size\":1},\"layers\":[]}",
        "{\"schemaVersion\":2,\"config\":{\"digest\":7,\"size\":\"x\"},\"layers\":7}",
        "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"sha256:0\",\"size\":1}]}"
      })
  void nonsenseIsRefusedByName(String document) {
    assertThatThrownBy(
            () ->
                Manifest.parse(
                    document.getBytes(StandardCharsets.UTF_8), MediaTypes.DOCKER_MANIFEST))
        .isInstanceOf(RegistryException.class)
        .message()
        .containsAnyOf("manifest", "schema 1");
  }

  @Test
  void deeplyNestedJsonIsRefused() {
    byte[] deep = ("{\"a\":" + "[".repeat(500_000)).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Manifest.parse(deep, "")).isInstanceOf(RegistryException.class);
  }

  @Test
  void tagsComeInPages() {
    on(
        server,
        "/v2/a/b/tags/list",
        exchange -> {
          boolean second = exchange.getRequestURI().toString().contains("last=b");
          if (!second) {
            exchange
                .getResponseHeaders()
                .add("Link", "</v2/a/b/tags/list?last=b&n=2>; rel=\"next\"");
          }
          answer(exchange, 200, second ? "{\"tags\":[\"c\"]}" : "{\"tags\":[\"a\",\"b\"]}");
        });
    assertThat(repository(AuthConfig.ANONYMOUS).tags()).containsExactly("a", "b", "c");
  }

  @Test
  void challengesAreRead() {
    assertThat(
            Challenge.parse(
                List.of(
                    "Basic realm=\"a, \\\"b\\\"\", Bearer realm=\"https://x/t?a=b\",service=s ,"
                        + " scope=\"r:x:pull,push\"",
                    "junk,,,===",
                    "")))
        .startsWith(
            new Challenge("basic", Map.of("realm", "a, \"b\"")),
            new Challenge(
                "bearer",
                Map.of("realm", "https://x/t?a=b", "service", "s", "scope", "r:x:pull,push")));
  }

  @Test
  void policyKnowsLoopbackNetworksAndMirrors() {
    RegistryPolicy policy =
        new RegistryPolicy(
            List.of("insecure.example:5000", "10.0.0.0/8"), List.of("https://m.example/"));
    assertThat(policy.isInsecure("127.0.0.1:5000")).isTrue();
    assertThat(policy.isInsecure("localhost:5000")).isTrue();
    assertThat(policy.isInsecure("10.1.2.3")).isTrue();
    assertThat(policy.isInsecure("11.1.2.3")).isFalse();
    assertThat(policy.isInsecure("insecure.example:5000")).isTrue();
    assertThat(policy.forPull("docker.io"))
        .extracting(endpoint -> endpoint.base().toString())
        .containsExactly("https://m.example", "https://registry-1.docker.io");
    assertThat(policy.forPush("docker.io")).hasSize(1);
    assertThat(policy.forPull("11.1.2.3"))
        .extracting(endpoint -> endpoint.base().toString())
        .containsExactly("https://11.1.2.3");
  }
}
