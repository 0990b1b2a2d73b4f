package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import io.gantry.image.transfer.ProgressSink;
import io.gantry.registry.Digests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Naming, listing, removing and pruning by Docker's rules; import and commit. */
class ImageRulesTest {

  private TestEngine engine;

  @BeforeEach
  void open() throws Exception {
    engine = TestEngine.open();
  }

  @AfterEach
  void close() throws IOException {
    engine.close();
  }

  private String load(String label, String... names) {
    List<byte[]> layers = List.of(TestArchive.tar().file("f", label).bytes());
    byte[] config = TestArchive.config(layers, label);
    engine.images.load(
        TestArchive.in(TestArchive.docker(config, layers, names)),
        Optional.empty(),
        true,
        ProgressSink.NONE);
    return Digests.sha256(config);
  }

  private List<String> list(String filter, String value) {
    return engine
        .images
        .list(new ImageQuery(false, Filters.NONE.with(filter, value), false, false))
        .stream()
        .flatMap(summary -> summary.repoTags().stream())
        .sorted()
        .toList();
  }

  private void use(String imageId, boolean running) {
    String chain = engine.images.resolve(imageId).chainId().orElseThrow();
    engine.uses.add(new ImageUsers.Use("c".repeat(64), imageId, chain, List.of(), running));
  }

  @Test
  void anImageIsFoundByNameIdAndPrefix() {
    String id = load("a", "a:1", "b/c:latest");
    for (String name :
        List.of(
            "a:1",
            "b/c",
            "docker.io/b/c:latest",
            id,
            id.substring(7),
            id.substring(7, 15),
            id.substring(0, 15))) {
      assertThat(engine.images.resolve(name).id()).isEqualTo(id);
    }
    assertThatThrownBy(() -> engine.images.resolve("nope"))
        .isInstanceOf(EngineException.class)
        .hasMessage("No such image: nope:latest");
    assertThatThrownBy(() -> engine.images.resolve("sha256:" + "0".repeat(64)))
        .hasMessage("No such image: sha256:" + "0".repeat(64));
    assertThatThrownBy(() -> engine.images.resolve("a@@")).hasMessage("invalid reference format");
  }

  @Test
  void aTagMovesToTheNewImage() {
    String one = load("one", "a:1");
    String two = load("two", "b:1");
    engine.images.tag(two, "a", "1");
    assertThat(engine.images.resolve("a:1").id()).isEqualTo(two);
    assertThat(engine.images.tags(one)).isEmpty();
    assertThat(
            engine.images.list(
                new ImageQuery(false, Filters.NONE.with("dangling", "true"), false, false)))
        .extracting(summary -> summary.image().id())
        .containsExactly(one);
    assertThatThrownBy(() -> engine.images.tag("nope", "x", "1"))
        .hasMessageStartingWith("No such image");
    assertThatThrownBy(() -> engine.images.tag(two, "UP", "1")).hasMessageContaining("lowercase");
    assertThatThrownBy(() -> engine.images.tag(two, "sha256", "1"))
        .hasMessage("refusing to create an ambiguous tag using digest algorithm as name");
  }

  @Test
  void theLastTagTakesTheImageWithIt() {
    String id = load("a", "a:1", "a:2");
    assertThat(engine.images.remove("a:1", Optional.empty(), false, true))
        .containsExactly(new Removal.Untagged("a:1"));
    assertThat(engine.images.remove("a:2", Optional.empty(), false, true))
        .startsWith(new Removal.Untagged("a:2"), new Removal.Deleted(id));
    assertThat(engine.driver.walk()).isEmpty();
    assertThatThrownBy(() -> engine.images.remove("a:1", Optional.empty(), false, true))
        .hasMessage("No such image: a:1");
  }

  @Test
  void anIdWithTwoRepositoriesNeedsForce() {
    String id = load("a", "a:1", "b:1");
    String shortId = id.substring(7, 19);
    assertThatThrownBy(() -> engine.images.remove(id, Optional.empty(), false, true))
        .hasMessage(
            "conflict: unable to delete "
                + shortId
                + " (must be forced) - image is referenced in multiple repositories");
    assertThat(engine.images.remove(shortId, Optional.empty(), true, true))
        .contains(
            new Removal.Untagged("a:1"), new Removal.Untagged("b:1"), new Removal.Deleted(id));
  }

  @Test
  void containersKeepTheirImages() {
    String id = load("a", "a:1");
    String shortId = id.substring(7, 19);
    use(id, false);
    assertThatThrownBy(() -> engine.images.remove("a:1", Optional.empty(), false, true))
        .hasMessage(
            "conflict: unable to remove repository reference \"a:1\" (must force) - container"
                + " cccccccccccc is using its referenced image "
                + shortId);
    assertThatThrownBy(() -> engine.images.remove(id, Optional.empty(), false, true))
        .hasMessage(
            "conflict: unable to delete "
                + shortId
                + " (must be forced) - image is being used by stopped container cccccccccccc");
    engine.uses.clear();
    use(id, true);
    assertThatThrownBy(() -> engine.images.remove(id, Optional.empty(), true, true))
        .hasMessage(
            "conflict: unable to delete "
                + shortId
                + " (cannot be forced) - image is being used by running container cccccccccccc");
    assertThat(engine.images.remove("a:1", Optional.empty(), true, true))
        .containsExactly(new Removal.Untagged("a:1"));
    assertThat(engine.images.resolve(id).id()).isEqualTo(id);
  }

  @Test
  void layersOfAForcedRemovalStayUntilTheContainerGoes() {
    String id = load("a", "a:1");
    String chain = engine.images.resolve(id).chainId().orElseThrow();
    use(id, false);
    assertThat(engine.images.remove("a:1", Optional.empty(), true, true))
        .containsExactly(new Removal.Untagged("a:1"), new Removal.Deleted(id));
    assertThat(engine.driver.walk()).hasSize(1);
    engine.uses.clear();
    engine.images.released(chain);
    assertThat(engine.driver.walk()).isEmpty();
  }

  @Test
  void filtersSelect() {
    load("a", "first:1", "reg.example:5000/x/first:2");
    load("b", "second:1");
    assertThat(list("reference", "first")).containsExactly("first:1");
    assertThat(list("reference", "f*:1")).containsExactly("first:1");
    assertThat(list("reference", "*/*/first")).containsExactly("reg.example:5000/x/first:2");
    assertThatThrownBy(() -> list("reference", "["))
        .hasMessageStartingWith("syntax error in pattern");
  }

  @Test
  void filtersAreChecked() {
    load("a", "first:1");
    assertThat(list("label", "l=a")).containsExactly("first:1");
    assertThat(list("label", "l")).containsExactly("first:1");
    assertThat(list("label", "l=b")).isEmpty();
    assertThat(list("until", "1h")).containsExactly("first:1");
    assertThat(list("until", "2023-01-01")).isEmpty();
    assertThatThrownBy(() -> list("bad", "x")).hasMessage("invalid filter 'bad'");
    assertThatThrownBy(() -> list("dangling", "x")).hasMessage("invalid filter 'dangling=[x]'");
    assertThatThrownBy(() -> list("before", "x")).hasMessage("No such image: x:latest");
    assertThatThrownBy(() -> list("until", "x"))
        .hasMessage("failed to parse value as time or duration: \"x\"");
  }

  @Test
  void pruneTakesWhatNobodyNames() {
    String one = load("one", "a:1");
    String two = load("two", "a:1");
    assertThat(engine.images.tags(one)).isEmpty();
    PruneReport report = engine.images.prune(Filters.NONE);
    assertThat(report.removals()).contains(new Removal.Deleted(one));
    assertThat(report.spaceReclaimed()).isEqualTo(3);
    assertThat(engine.images.resolve("a:1").id()).isEqualTo(two);
    use(two, false);
    assertThat(engine.images.prune(Filters.NONE.with("dangling", "false")).removals()).isEmpty();
    engine.uses.clear();
    assertThat(
            engine
                .images
                .prune(Filters.NONE.with("dangling", "false").with("label", "l=other"))
                .removals())
        .isEmpty();
    assertThat(engine.images.prune(Filters.NONE.with("dangling", "false")).removals())
        .contains(new Removal.Untagged("a:1"), new Removal.Deleted(two));
    assertThat(engine.driver.walk()).isEmpty();
  }

  private String importTar(byte[] tar, String name, String... changes) {
    return engine.images.importTar(
        new ImportRequest(
            "-", Optional.of(Reference.target(name, "")), "", List.of(changes), Optional.empty()),
        TestArchive.in(tar),
        ProgressSink.NONE);
  }

  @Test
  void anImportedTreeIsAnImageOfOneLayer() throws IOException {
    byte[] tar = TestArchive.tar().directory("bin/").file("bin/sh", "#!").bytes();
    String id = importTar(tar, "imp", "CMD [\"sh\"]", "ENV A=b");
    ImageDetails details = engine.images.inspect("imp:latest", Optional.empty());
    assertThat(details.image().id()).isEqualTo(id);
    assertThat(details.comment()).isEqualTo("Imported from -");
    assertThat(details.config().config().cmd()).contains(List.of("sh"));
    assertThat(details.image().diffIds()).containsExactly(Digests.sha256(tar));
    assertThat(details.image().size()).isEqualTo(2);
    assertThat(engine.images.history("imp", Optional.empty()))
        .containsExactly(
            new HistoryItem(
                id, details.config().created(), "", List.of("imp:latest"), 2, "Imported from -"));
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    engine.images.save(List.of("imp"), Optional.empty(), saved);
    assertThat(saved.toString(StandardCharsets.ISO_8859_1)).contains("#!");
  }

  @Test
  void aTreeThatHoldsAFileTwiceIsImportedAndCanBeSaved() {
    byte[] tar = TestArchive.tar().file("a", "first").file("a", "second!").bytes();
    importTar(tar, "twice");
    assertThat(engine.images.resolve("twice").diffIds()).doesNotContain(Digests.sha256(tar));
    assertThat(engine.images.resolve("twice").size()).isEqualTo(7);
    engine.images.save(List.of("twice"), Optional.empty(), new ByteArrayOutputStream());
  }

  @Test
  void whatIsNoTarIsNotImported() {
    assertThatThrownBy(() -> importTar(TestArchive.random(3, 3000), "x"))
        .isInstanceOf(EngineException.class);
    assertThatThrownBy(() -> importTar(TestArchive.tar().file("../x", "y").bytes(), "x"))
        .isInstanceOf(EngineException.class);
    assertThat(engine.driver.walk()).isEmpty();
    assertThat(engine.images.count()).isZero();
  }

  @Test
  void anImageThatIsHeldKeepsItsLayers() {
    String id = load("a", "a:1");
    ImageHold hold = engine.images.hold("a:1");
    String parent = hold.parentSnapshot().orElseThrow();
    engine.images.remove("a:1", Optional.empty(), true, true);
    assertThat(engine.images.find(id)).isEmpty();
    assertThat(engine.driver.stat(parent)).isPresent();
    hold.close();
    assertThat(engine.driver.stat(parent)).isEmpty();
  }

  @Test
  void usageCountsSharedLayersOnce() {
    byte[] shared = TestArchive.tar().file("s", "0123456789").bytes();
    for (String own : List.of("a", "bb")) {
      List<byte[]> layers = List.of(shared, TestArchive.tar().file("o", own).bytes());
      byte[] config = TestArchive.config(layers, own);
      engine.images.load(
          TestArchive.in(TestArchive.docker(config, layers, own + ":1")),
          Optional.empty(),
          true,
          ProgressSink.NONE);
    }
    ImageUsage usage = engine.images.usage();
    assertThat(usage.layersSize()).isEqualTo(13);
    assertThat(usage.images()).extracting(ImageSummary::sharedSize).containsExactly(10L, 10L);
  }
}
