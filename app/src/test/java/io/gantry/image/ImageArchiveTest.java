package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import io.gantry.image.layer.ChainIds;
import io.gantry.layers.tar.TarEntry;
import io.gantry.layers.tar.TarReader;
import io.gantry.registry.Digests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Load and save: what comes out is what went in, to the byte. */
class ImageArchiveTest {

  private TestEngine engine;

  @BeforeEach
  void open() throws Exception {
    engine = TestEngine.open();
  }

  @AfterEach
  void close() throws IOException {
    engine.close();
  }

  private static List<byte[]> layers() {
    byte[] first =
        TestArchive.tar()
            .directory("bin/")
            .file("bin/tool", TestArchive.random(1, 300_000))
            .file("bin/empty", "")
            .link("bin/sh", "tool")
            .hardLink("bin/same", "bin/tool")
            .file("long/" + "n".repeat(180) + "/file", "long name")
            .bytes();
    byte[] second = TestArchive.tar().file("bin/.wh.empty", "").file("etc/conf", "a=b\n").bytes();
    return List.of(first, second);
  }

  private String load(byte[] archive) {
    RecordedProgress progress = new RecordedProgress();
    engine.images.load(TestArchive.in(archive), Optional.empty(), false, progress);
    return progress.text();
  }

  private byte[] save(String... names) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    engine.images.save(List.of(names), Optional.empty(), out);
    return out.toByteArray();
  }

  private static Map<String, byte[]> files(byte[] archive) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    TarReader reader = new TarReader(TestArchive.in(archive));
    for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
      files.put(next.get().name(), reader.content().readAllBytes());
    }
    return files;
  }

  @Test
  void whatIsSavedHasTheLayersThatWereLoadedToTheByte() throws IOException {
    List<byte[]> layers = layers();
    byte[] config = TestArchive.config(layers, "one");
    String told = load(TestArchive.docker(config, layers, "one:1", "other.example/two:2"));
    assertThat(told).contains("Loaded image: one:1", "Loaded image: other.example/two:2");
    assertThat(engine.images.resolve("one:1").id()).isEqualTo(Digests.sha256(config));

    Map<String, byte[]> saved = files(save("one:1"));
    for (byte[] layer : layers) {
      assertThat(saved.get("blobs/" + Digests.sha256(layer).replace(':', '/'))).isEqualTo(layer);
    }
    assertThat(saved.get("blobs/" + Digests.sha256(config).replace(':', '/'))).isEqualTo(config);
    assertThat(saved).containsKeys("index.json", "manifest.json", "oci-layout", "repositories");
  }

  @Test
  void aSavedImageComesBackWithItsIdAfterItWasRemoved() {
    List<byte[]> layers = layers();
    load(TestArchive.docker(TestArchive.config(layers, "one"), layers, "one:1"));
    String id = engine.images.resolve("one:1").id();
    byte[] archive = save("one:1");
    List<Removal> removed = engine.images.remove("one:1", Optional.empty(), false, true);
    assertThat(removed)
        .containsExactly(
            new Removal.Untagged("one:1"),
            new Removal.Deleted(id),
            new Removal.Deleted(ChainIds.of(layers.stream().map(Digests::sha256).toList()).get(1)),
            new Removal.Deleted(Digests.sha256(layers.get(0))));
    assertThat(engine.driver.walk()).isEmpty();
    load(archive);
    assertThat(engine.images.resolve("one:1").id()).isEqualTo(id);
  }

  @Test
  void anArchiveWithoutManifestJsonIsReadAsOciLayout() throws IOException {
    List<byte[]> layers = layers();
    load(TestArchive.docker(TestArchive.config(layers, "one"), layers, "one:1"));
    String id = engine.images.resolve("one:1").id();
    TestArchive.Tar oci = TestArchive.tar();
    files(save("one:1"))
        .forEach(
            (name, content) -> {
              if (!name.endsWith("/") && !name.equals("manifest.json")) {
                oci.file(name, content);
              }
            });
    engine.images.remove(id, Optional.empty(), true, true);
    assertThat(load(oci.bytes())).contains("Loaded image: one:1");
    assertThat(engine.images.resolve("one:1").id()).isEqualTo(id);
  }

  @Test
  void anImageSavedByIdHasNoName() throws IOException {
    List<byte[]> layers = layers();
    load(TestArchive.docker(TestArchive.config(layers, "one"), layers, "one:1"));
    String id = engine.images.resolve("one:1").id();
    byte[] archive = save(id.substring(7, 20));
    assertThat(new String(files(archive).get("manifest.json"))).contains("\"RepoTags\":null");
    engine.images.remove(id, Optional.empty(), true, true);
    assertThat(load(archive)).contains("Loaded image ID: " + id);
  }

  @Test
  void compressedArchivesAndCompressedLayersAreRead() throws IOException {
    List<byte[]> layers = layers();
    byte[] config = TestArchive.config(layers, "gz");
    List<byte[]> zipped = new ArrayList<>();
    for (byte[] layer : layers) {
      zipped.add(gzip(layer));
    }
    load(gzip(TestArchive.docker(config, zipped, "gz:1")));
    Map<String, byte[]> saved = files(save("gz:1"));
    assertThat(saved.get("blobs/" + Digests.sha256(layers.get(0)).replace(':', '/')))
        .isEqualTo(layers.get(0));
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(bytes);
    }
    return out.toByteArray();
  }

  @Test
  void anArchiveThatHoldsAFileTwiceMeansTheLater() throws IOException {
    List<byte[]> layers = layers();
    byte[] config = TestArchive.config(layers, "again");
    String id = Digests.sha256(config).substring(7) + ".json";
    load(
        TestArchive.tar()
            .file(id, "not this one")
            .file(id, config)
            .file("first.tar", layers.get(0))
            .file("second.tar", layers.get(1))
            .file(
                "manifest.json",
                "[{\"Config\":\""
                    + id
                    + "\",\"RepoTags\":[\"again:1\"],\"Layers\":[\"first.tar\",\"second.tar\"]}]")
            .bytes());
    Map<String, byte[]> saved = files(save("again:1"));
    for (byte[] layer : layers) {
      assertThat(saved.get("blobs/" + Digests.sha256(layer).replace(':', '/'))).isEqualTo(layer);
    }
  }

  @Test
  void aLayerThatHoldsAFileTwiceIsSavedAsItCame() throws IOException {
    List<byte[]> layers =
        List.of(TestArchive.tar().file("a", "first").file("b", "x").file("./a", "second").bytes());
    load(TestArchive.docker(TestArchive.config(layers, "twice"), layers, "twice:1"));
    Map<String, byte[]> saved = files(save("twice:1"));
    assertThat(saved.get("blobs/" + Digests.sha256(layers.get(0)).replace(':', '/')))
        .isEqualTo(layers.get(0));
  }

  @Test
  void aLayerThatIsNotWhatTheConfigurationSaysIsRefusedAndLeavesNothing() {
    List<byte[]> layers = layers();
    byte[] config = TestArchive.config(layers, "bad");
    List<byte[]> others = List.of(layers.get(0), TestArchive.tar().file("x", "y").bytes());
    assertThatThrownBy(() -> load(TestArchive.docker(config, others, "bad:1")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("verification failed");
    assertThat(engine.images.count()).isZero();
    engine.images.prune(Filters.NONE);
    assertThat(engine.driver.walk()).isEmpty();
  }

  @Test
  void garbageIsRefused() {
    assertThatThrownBy(() -> load(TestArchive.random(7, 3000)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("invalid tar header");
    assertThatThrownBy(() -> load(TestArchive.tar().file("x", "y").bytes()))
        .isInstanceOf(EngineException.class);
    assertThatThrownBy(
            () ->
                load(
                    TestArchive.tar()
                        .file("manifest.json", "[{\"Config\":\"../../etc/passwd\",\"Layers\":[]}]")
                        .bytes()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void savingWhatIsNotThereWritesNothing() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThatThrownBy(() -> engine.images.save(List.of("nope:x"), Optional.empty(), out))
        .isInstanceOf(EngineException.class)
        .hasMessage("reference does not exist");
    assertThatThrownBy(() -> engine.images.save(List.of("nope"), Optional.empty(), out))
        .hasMessage("No such image: nope");
    assertThat(out.size()).isZero();
  }

  @Test
  void onlyWhatIsForThePlatformIsSavedAndLoaded() {
    List<byte[]> layers = layers();
    byte[] archive = TestArchive.docker(TestArchive.config(layers, "one"), layers, "one:1");
    Optional<Platform> own = Optional.of(new Platform("linux", "amd64", ""));
    Optional<Platform> other = Optional.of(new Platform("linux", "arm64", ""));
    RecordedProgress progress = new RecordedProgress();
    assertThatThrownBy(() -> engine.images.load(TestArchive.in(archive), other, false, progress))
        .isInstanceOf(EngineException.class)
        .hasMessage("no image of the archive is for the platform linux/arm64");
    assertThat(progress.text()).isEmpty();
    assertThat(engine.images.count()).isZero();
    engine.images.load(TestArchive.in(archive), own, false, progress);
    assertThat(progress.text()).contains("Loaded image: one:1");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThatThrownBy(() -> engine.images.save(List.of("one:1"), other, out))
        .hasMessage("no suitable export target found for platform linux/arm64");
    assertThat(out.size()).isZero();
    engine.images.save(List.of("one:1"), own, out);
    assertThat(out.size()).isPositive();
  }

  @Test
  void imagesAndLayersAreThereAfterARestart() throws Exception {
    List<byte[]> layers = layers();
    load(TestArchive.docker(TestArchive.config(layers, "one"), layers, "one:1"));
    byte[] before = save("one:1");
    engine.stop();
    engine = engine.reopen();
    assertThat(engine.images.list(ImageQuery.ALL)).hasSize(1);
    assertThat(files(save("one:1")).keySet()).isEqualTo(files(before).keySet());
  }
}
