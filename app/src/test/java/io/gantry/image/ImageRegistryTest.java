package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import io.gantry.image.transfer.ProgressSink;
import io.gantry.registry.AuthConfig;
import io.gantry.registry.Digests;
import io.gantry.testing.TestRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Push and pull against Debian's docker-registry. */
class ImageRegistryTest {

  private static TestRegistry registry;
  private static TestRegistry guarded;

  private TestEngine engine;

  @BeforeAll
  static void startRegistries() throws Exception {
    registry = TestRegistry.start();
    guarded = TestRegistry.startWithPassword();
  }

  @AfterAll
  static void stopRegistries() throws IOException {
    registry.close();
    guarded.close();
  }

  @BeforeEach
  void open() throws Exception {
    engine = TestEngine.open();
  }

  @AfterEach
  void close() throws IOException {
    engine.close();
  }

  private static List<byte[]> layers(int seed) {
    return List.of(
        TestArchive.tar()
            .directory("d/")
            .file("d/random", TestArchive.random(seed, 900_000))
            .bytes(),
        TestArchive.tar()
            .file("d/text", "0123456789".repeat(100_000))
            .file("d/s", "s" + seed)
            .bytes());
  }

  private String load(Reference name, int seed) {
    List<byte[]> layers = layers(seed);
    byte[] config = TestArchive.config(layers, "s" + seed);
    engine.images.load(
        TestArchive.in(TestArchive.docker(config, layers, name.familiar())),
        Optional.empty(),
        true,
        ProgressSink.NONE);
    return Digests.sha256(config);
  }

  private String push(Reference name, AuthConfig auth) {
    RecordedProgress progress = new RecordedProgress();
    engine.images.push(name, Optional.empty(), auth, progress);
    return progress.text();
  }

  private String pull(Reference name, AuthConfig auth) {
    RecordedProgress progress = new RecordedProgress();
    engine.images.pull(name, false, Optional.empty(), auth, progress);
    return progress.text();
  }

  private static AuthConfig ann(String password) {
    return new AuthConfig("ann", password, guarded.host(), "", "");
  }

  @Test
  void aPulledImageIsNeverThereWithoutItsNames() {
    Reference name = Reference.parse(registry.name("named/at-once:1"));
    String id = load(name, 2);
    push(name, AuthConfig.ANONYMOUS);
    engine.images.remove(id, Optional.empty(), true, true);
    List<List<String>> seen = new ArrayList<>();
    ProgressSink looking =
        message -> {
          if (message.status().startsWith("Digest: ")) {
            engine.images.prune(Filters.NONE);
            seen.add(engine.images.inspect(id, Optional.empty()).repoTags());
          }
        };
    engine.images.pull(name, false, Optional.empty(), AuthConfig.ANONYMOUS, looking);
    assertThat(seen).containsExactly(List.of(name.familiar()));
  }

  @Test
  void anImageComesBackFromTheRegistryWithItsId() {
    Reference name = Reference.parse(registry.name("round/trip:1"));
    String id = load(name, 1);
    String pushed = push(name, AuthConfig.ANONYMOUS);
    assertThat(pushed)
        .contains(
            "The push refers to repository [" + name.name() + "]",
            ": Preparing",
            ": Pushed",
            "1: digest: sha256:");
    String digest =
        engine
            .images
            .inspect(name.familiar(), Optional.empty())
            .repoDigests()
            .getFirst()
            .replaceFirst(".*@", "");
    engine.images.remove(id, Optional.empty(), true, true);
    assertThat(engine.images.count()).isZero();
    assertThat(engine.driver.walk()).isEmpty();

    String pulled = pull(name, AuthConfig.ANONYMOUS);
    assertThat(pulled)
        .startsWith("1: Pulling from round/trip\n")
        .contains(
            ": Pulling fs layer",
            ": Verifying Checksum",
            ": Download complete",
            ": Pull complete",
            "Digest: " + digest)
        .endsWith("Status: Downloaded newer image for " + name.familiar() + "\n");
    assertThat(engine.images.resolve(name.familiar()).id()).isEqualTo(id);
    assertThat(engine.images.inspect(name.familiar(), Optional.empty()).repoDigests())
        .containsExactly(name.repository().familiarName() + "@" + digest);

    assertThat(pull(name, AuthConfig.ANONYMOUS))
        .isEqualTo(
            "1: Pulling from round/trip\nDigest: "
                + digest
                + "\nStatus: Image is up to date for "
                + name.familiar()
                + "\n");
    assertThat(engine.root.resolve("image/downloads")).isEmptyDirectory();
  }

  @Test
  void aPulledImageIsPushedUnderTheSameDigestAndItsLayersAreNotSentAgain() {
    Reference name = Reference.parse(registry.name("same/digest:1"));
    String id = load(name, 2);
    push(name, AuthConfig.ANONYMOUS);
    String digest =
        engine
            .images
            .inspect(id, Optional.empty())
            .repoDigests()
            .getFirst()
            .replaceFirst(".*@", "");
    engine.images.remove(id, Optional.empty(), true, true);
    pull(name, AuthConfig.ANONYMOUS);

    assertThat(push(name, AuthConfig.ANONYMOUS))
        .contains(": Layer already exists", "1: digest: " + digest)
        .doesNotContain("Pushed");

    Reference other = Reference.parse(registry.name("other/place:2"));
    engine.images.tag(id, other.familiarName(), "2");
    assertThat(push(other, AuthConfig.ANONYMOUS))
        .contains(": Mounted from same/digest", "2: digest: " + digest);
  }

  @Test
  void aManifestThatLiesAboutAnImageThatIsHereIsNotBelieved() throws Exception {
    Reference name = Reference.parse(registry.name("lies/image:1"));
    String id = load(name, 4);
    push(name, AuthConfig.ANONYMOUS);
    String truth = manifest("lies/image", "1");
    ObjectNode lie = (ObjectNode) new JsonMapper().readTree(truth);
    ArrayNode layers = (ArrayNode) lie.get("layers");
    layers.add(layers.remove(0));
    HttpRequest request =
        HttpRequest.newBuilder(manifestUri("lies/image", "lie"))
            .header("Content-Type", lie.get("mediaType").asString())
            .PUT(HttpRequest.BodyPublishers.ofString(lie.toString()))
            .build();
    try (HttpClient client = HttpClient.newHttpClient();
        TestEngine other = TestEngine.open()) {
      assertThat(client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(201);
      List<byte[]> content = layers(4);
      byte[] config = TestArchive.config(content, "s4");
      other.images.load(
          TestArchive.in(TestArchive.docker(config, content)),
          Optional.empty(),
          true,
          ProgressSink.NONE);
      Reference pulled = Reference.parse(registry.name("lies/image:lie"));
      other.images.pull(
          pulled, false, Optional.empty(), AuthConfig.ANONYMOUS, new RecordedProgress());
      Reference again = Reference.parse(registry.name("lies/image:again"));
      other.images.tag(id, again.familiarName(), "again");
      other.images.push(again, Optional.empty(), AuthConfig.ANONYMOUS, new RecordedProgress());
    }
    assertThat(manifest("lies/image", "again")).isEqualTo(truth);
  }

  private static URI manifestUri(String repository, String tag) {
    return URI.create("http://" + registry.host() + "/v2/" + repository + "/manifests/" + tag);
  }

  private static String manifest(String repository, String tag) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(manifestUri(repository, tag))
              .header("Accept", "application/vnd.docker.distribution.manifest.v2+json")
              .build();
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  @Test
  void compressionGivesTheSameDigestEveryTime() {
    Reference one = Reference.parse(registry.name("again/one:1"));
    String id = load(one, 3);
    push(one, AuthConfig.ANONYMOUS);
    String digest =
        engine
            .images
            .inspect(id, Optional.empty())
            .repoDigests()
            .getFirst()
            .replaceFirst(".*@", "");
    engine.images.remove(id, Optional.empty(), true, true);
    load(one, 3);
    Reference two = Reference.parse(registry.name("again/two:1"));
    engine.images.tag(id, two.familiarName(), "1");
    assertThat(push(two, AuthConfig.ANONYMOUS)).contains("1: digest: " + digest);
  }

  @Test
  void anImageIsPulledByDigestAndHasNoTagThen() {
    Reference name = Reference.parse(registry.name("by/digest:1"));
    String id = load(name, 4);
    push(name, AuthConfig.ANONYMOUS);
    String byDigest = engine.images.inspect(id, Optional.empty()).repoDigests().getFirst();
    engine.images.remove(id, Optional.empty(), true, true);
    Reference reference = Reference.parse(byDigest);
    assertThat(pull(reference, AuthConfig.ANONYMOUS))
        .startsWith(byDigest + ": Pulling from by/digest\n")
        .endsWith("Status: Downloaded newer image for " + byDigest + "\n");
    assertThat(engine.images.resolve(byDigest).id()).isEqualTo(id);
    assertThat(engine.images.inspect(byDigest, Optional.empty()).repoTags()).isEmpty();
    assertThat(pull(reference, AuthConfig.ANONYMOUS)).contains("Image is up to date");
    assertThat(engine.images.remove(byDigest, Optional.empty(), false, true))
        .contains(new Removal.Untagged(byDigest), new Removal.Deleted(id));
  }

  @Test
  void allTagsArePushedAndPulled() {
    String a = load(Reference.parse(registry.name("all/tags:a")), 5);
    String b = load(Reference.parse(registry.name("all/tags:b")), 6);
    push(Reference.parse(registry.name("all/tags")), AuthConfig.ANONYMOUS);
    engine.images.remove(a, Optional.empty(), true, true);
    engine.images.remove(b, Optional.empty(), true, true);
    engine.images.pull(
        Reference.parse(registry.name("all/tags")),
        true,
        Optional.empty(),
        AuthConfig.ANONYMOUS,
        ProgressSink.NONE);
    assertThat(engine.images.resolve(Reference.parse(registry.name("all/tags:a")).familiar()).id())
        .isEqualTo(a);
    assertThat(engine.images.resolve(Reference.parse(registry.name("all/tags:b")).familiar()).id())
        .isEqualTo(b);
  }

  @Test
  void aDownloadThatWasCutOffIsContinued() throws IOException {
    Reference name = Reference.parse(registry.name("cut/off:1"));
    String id = load(name, 7);
    push(name, AuthConfig.ANONYMOUS);
    var blob = engine.images.inspect(id, Optional.empty());
    engine.images.remove(id, Optional.empty(), true, true);
    assertThat(blob.image().diffIds()).hasSize(2);
    // half of the first layer's blob, as a daemon that was killed leaves it
    byte[] first = registryBlob(900_000);
    Files.write(
        engine.root.resolve("image/downloads").resolve(Digests.sha256(first).replace(':', '-')),
        Arrays.copyOf(first, first.length / 2));
    RecordedProgress progress = new RecordedProgress();
    engine.images.pull(name, false, Optional.empty(), AuthConfig.ANONYMOUS, progress);
    assertThat(engine.images.resolve(name.familiar()).id()).isEqualTo(id);
    assertThat(
            progress.messages.stream()
                .filter(message -> message.status().equals("Downloading"))
                .filter(message -> message.progress().orElseThrow().total() == first.length)
                .map(message -> message.progress().orElseThrow().current()))
        .isNotEmpty()
        .allMatch(current -> current > first.length / 2);
  }

  /** The newest blob in the registry's storage of about this size. */
  private static byte[] registryBlob(int size) throws IOException {
    try (var files = Files.walk(registry.root().resolve("data"))) {
      return files
          .filter(file -> file.endsWith("data") && Files.isRegularFile(file))
          .filter(file -> file.toFile().length() > size)
          .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
          .map(
              file -> {
                try {
                  return Files.readAllBytes(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              })
          .orElseThrow();
    }
  }

  @Test
  void aDownloadLeftoverThatIsWrongIsFetchedAnew() throws IOException {
    Reference name = Reference.parse(registry.name("cut/wrong:1"));
    String id = load(name, 8);
    push(name, AuthConfig.ANONYMOUS);
    engine.images.remove(id, Optional.empty(), true, true);
    byte[] first = registryBlob(900_000);
    Files.write(
        engine.root.resolve("image/downloads").resolve(Digests.sha256(first).replace(':', '-')),
        new byte[first.length / 2]);
    pull(name, AuthConfig.ANONYMOUS);
    assertThat(engine.images.resolve(name.familiar()).id()).isEqualTo(id);
  }

  @Test
  void whatIsNotThereIsNamedAsDockerNamesIt() {
    load(Reference.parse(registry.name("errors/one:1")), 9);
    push(Reference.parse(registry.name("errors/one:1")), AuthConfig.ANONYMOUS);
    Reference none = Reference.parse(registry.name("none:1"));
    assertThatThrownBy(() -> pull(none, AuthConfig.ANONYMOUS))
        .isInstanceOf(EngineException.class)
        .hasMessage(
            "manifest for " + none.familiar() + " not found: manifest unknown: manifest unknown");
    assertThatThrownBy(
            () -> pull(Reference.parse(registry.name("errors/one:9")), AuthConfig.ANONYMOUS))
        .hasMessageEndingWith("errors/one:9 not found: manifest unknown: manifest unknown");
    assertThatThrownBy(
            () -> push(Reference.parse(registry.name("untagged:1")), AuthConfig.ANONYMOUS))
        .hasMessage(
            "An image does not exist locally with the tag: " + registry.host() + "/untagged");
    assertThatThrownBy(() -> pull(Reference.parse("127.0.0.1:1/x:1"), AuthConfig.ANONYMOUS))
        .hasMessage(
            "Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused");
    assertThatThrownBy(() -> pull(Reference.parse("scratch"), AuthConfig.ANONYMOUS))
        .hasMessage("'scratch' is a reserved name");
    assertThatThrownBy(
            () ->
                engine.images.search(
                    registry.host() + "/zzz", 0, Filters.NONE, AuthConfig.ANONYMOUS))
        .hasMessage("Unexpected status code 404");
    assertThat(
            engine.images.search(
                registry.host() + "/errors", 0, Filters.NONE, AuthConfig.ANONYMOUS))
        .extracting(SearchHit::name)
        .containsExactly(registry.host() + "/errors/one");
  }

  @Test
  void aRegistryWithAPasswordAsksForIt() {
    Reference name = Reference.parse(guarded.name("priv/one:1"));
    String id = load(name, 10);
    assertThatThrownBy(() -> push(name, AuthConfig.ANONYMOUS))
        .hasMessage("no basic auth credentials");
    assertThatThrownBy(() -> push(name, ann("wrong")))
        .hasMessage("unauthorized: authentication required");
    assertThat(push(name, ann("s3cret"))).contains("1: digest: ");
    engine.images.remove(id, Optional.empty(), true, true);
    assertThatThrownBy(() -> pull(name, AuthConfig.ANONYMOUS))
        .hasMessageEndingWith("no basic auth credentials");
    pull(name, ann("s3cret"));
    assertThat(engine.images.resolve(id).id()).isEqualTo(id);

    assertThat(engine.images.checkAuth(ann("s3cret")).status()).isEqualTo("Login Succeeded");
    assertThatThrownBy(() -> engine.images.checkAuth(ann("wrong")))
        .hasMessage(
            "login attempt to http://"
                + guarded.host()
                + "/v2/ failed with status: 401 Unauthorized");
    assertThat(ann("s3cret").toString()).doesNotContain("s3cret");
  }

  @Test
  void distributionTellsWhatIsThere() {
    Reference name = Reference.parse(registry.name("dist/one:1"));
    load(name, 11);
    push(name, AuthConfig.ANONYMOUS);
    DistributionInfo info = engine.images.distribution(name.familiar(), AuthConfig.ANONYMOUS);
    assertThat(info.platforms()).containsExactly(new Platform("linux", "amd64", ""));
    assertThat(info.digest()).startsWith("sha256:");
  }
}
