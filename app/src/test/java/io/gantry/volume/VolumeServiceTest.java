package io.gantry.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import io.gantry.linux.mount.Mounts;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages are those of dockerd 28.5. */
class VolumeServiceTest {

  @TempDir Path directory;
  private VolumeFixture fixture;
  private VolumeService volumes;

  @BeforeEach
  void open() throws Exception {
    fixture = new VolumeFixture(directory);
    volumes = fixture.volumes;
    volumes.load(Set.of(), Set.of());
  }

  @AfterEach
  void close() throws Exception {
    fixture.close();
    Path all = directory.resolve("data/volumes");
    if (Files.isDirectory(all)) {
      try (var left = Files.newDirectoryStream(all)) {
        for (Path volume : left) {
          while (Mounts.isMountPoint(volume.resolve("_data"))) {
            Mounts.detach(volume.resolve("_data"));
          }
        }
      }
    }
  }

  /** As after a kill: nothing is told to close but the files. */
  private void reopen(Set<String> containers) throws Exception {
    fixture.close();
    fixture = new VolumeFixture(directory);
    volumes = fixture.volumes;
    volumes.load(containers, Set.of());
  }

  private Volume create(String name, Map<String, String> options) {
    return volumes.create(new CreateVolume(name, "", options, Map.of("k", "v"), Optional.empty()));
  }

  private Path data(String name) {
    return directory.resolve("data/volumes").resolve(name).resolve("_data");
  }

  @Test
  void aVolumeIsADirectoryThatStays() throws Exception {
    Volume made = create("vol1", Map.of());
    assertThat(made.mountpoint()).isEqualTo(data("vol1").toString());
    assertThat(made.driver()).isEqualTo("local");
    assertThat(made.scope()).isEqualTo("local");
    assertThat(Files.getPosixFilePermissions(data("vol1").getParent()).toString())
        .contains("OTHERS_EXECUTE")
        .doesNotContain("OTHERS_READ", "GROUP");
    Files.writeString(data("vol1").resolve("f"), "kept");
    reopen(Set.of());
    assertThat(volumes.get("vol1")).isEqualTo(made);
    assertThat(volumes.get("vol1").labels()).isEqualTo(Map.of("k", "v"));
    assertThat(create("vol1", Map.of("type", "x"))).isEqualTo(made);
    volumes.remove("vol1", false);
    assertThat(data("vol1").getParent()).doesNotExist();
    reopen(Set.of());
    assertThat(volumes.find("vol1")).isEmpty();
  }

  @Test
  void withoutANameItIsAnonymous() {
    Volume made = volumes.create(CreateVolume.named(""));
    assertThat(made.name()).matches("[0-9a-f]{64}");
    assertThat(made.labels()).isEqualTo(Map.of(Volume.ANONYMOUS_LABEL, ""));
    assertThat(made.anonymous()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a|create a: volume name is too short, names should be at least two alphanumeric"
            + " characters",
        ".|create .: volume name is too short, names should be at least two alphanumeric"
            + " characters",
        "../x|create ../x: \"../x\" includes invalid characters for a local volume name, only"
            + " \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host"
            + " directory, use absolute path",
        "bad name|create bad name: \"bad name\" includes invalid characters for a local volume"
            + " name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a"
            + " host directory, use absolute path",
        "-x|create -x: \"-x\" includes invalid characters for a local volume name, only"
            + " \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host"
            + " directory, use absolute path",
      })
  void names(String name, String message) {
    assertThatThrownBy(() -> create(name, Map.of()))
        .hasMessage(message)
        .extracting(e -> ((EngineException) e).kind())
        .isEqualTo(EngineException.Kind.INVALID);
    assertThat(volumes.list(VolumeFilter.NONE)).isEmpty();
  }

  @Test
  void options() {
    assertThatThrownBy(() -> create("vol2", Map.of("foo", "x")))
        .hasMessage("create vol2: invalid option: \"foo\"");
    assertThatThrownBy(() -> create("vol2", Map.of("type", "tmpfs")))
        .hasMessage("create vol2: missing required option: \"device\"");
    assertThatThrownBy(() -> create("vol2", Map.of("device", "tmpfs")))
        .hasMessage("create vol2: missing required option: \"type\"");
    assertThatThrownBy(() -> create("vol2", Map.of("o", "size=1m")))
        .hasMessage("create vol2: missing required option: \"device\"");
    assertThatThrownBy(() -> create("vol2", Map.of("size", "10M")))
        .hasMessage("create vol2: quota size requested but no quota support");
    assertThatThrownBy(() -> create("vol2", Map.of("size", "x")))
        .hasMessage("create vol2: invalid size: 'x'");
  }

  @Test
  void drivers() {
    assertThatThrownBy(
            () -> volumes.create(new CreateVolume("vol1", "nosuch", null, null, Optional.empty())))
        .hasMessage(
            "create vol1: error looking up volume plugin nosuch: plugin \"nosuch\" not found")
        .extracting(e -> ((EngineException) e).kind())
        .isEqualTo(EngineException.Kind.NOT_FOUND);
    assertThat(volumes.drivers()).contains("local");
  }

  @Test
  void oneInUseStays() {
    create("vol1", Map.of());
    volumes.acquire("vol1", "c2");
    volumes.acquire("vol1", "c1");
    assertThatThrownBy(() -> volumes.remove("vol1", true))
        .hasMessage("remove vol1: volume is in use - [c1, c2]")
        .extracting(e -> ((EngineException) e).kind())
        .isEqualTo(EngineException.Kind.CONFLICT);
    volumes.release(List.of("vol1", "nosuch"), "c1");
    volumes.release(List.of("vol1"), "c2");
    volumes.remove("vol1", false);
    assertThatThrownBy(() -> volumes.acquire("vol1", "c1")).hasMessage("get vol1: no such volume");
  }

  @Test
  void oneThatDoesNotExist() {
    volumes.remove("nosuch", true);
    assertThatThrownBy(() -> volumes.remove("nosuch", false))
        .hasMessage("get nosuch: no such volume")
        .extracting(e -> ((EngineException) e).kind())
        .isEqualTo(EngineException.Kind.NOT_FOUND);
  }

  @Test
  void madeForAContainerThatNeverWas() throws Exception {
    for (String name : List.of("orphan", "recorded", "settled")) {
      volumes.create(new CreateVolume(name, "", null, null, Optional.of("c-" + name)));
    }
    volumes.settle(List.of("settled"));
    create("last", Map.of());
    reopen(Set.of("c-recorded"));
    assertThat(volumes.list(VolumeFilter.NONE).stream().map(Volume::name))
        .containsExactly("last", "recorded", "settled");
    assertThat(data("orphan").getParent()).doesNotExist();
    reopen(Set.of("c-recorded"));
    assertThat(volumes.get("recorded").madeFor()).isNull();
    reopen(Set.of());
    assertThat(volumes.find("recorded")).as("its container was there and was removed").isPresent();
  }

  @Test
  void madeForAContainerThatNeverWasButSomebodyElseHasIt() throws Exception {
    for (String name : List.of("shared", "asked", "alone")) {
      volumes.create(new CreateVolume(name, "", null, null, Optional.of("never")));
      volumes.acquire(name, "never");
    }
    volumes.acquire("shared", "other");
    create("asked", Map.of());
    volumes.release(List.of("shared", "asked", "alone"), "never");
    volumes.release(List.of("shared"), "other");
    for (String name : List.of("shared", "asked", "alone")) {
      volumes.discard(name, "never");
    }
    assertThat(volumes.find("alone")).isEmpty();
    reopen(Set.of("other"));
    assertThat(volumes.list(VolumeFilter.NONE).stream().map(Volume::name))
        .containsExactly("asked", "shared");
  }

  @Test
  void aRemovalThatCannotBeFinishedIsGivenUp() throws Exception {
    new VolumeStore(fixture.store).markRemoving(create("vol1", Map.of()));
    Path inner = Files.createDirectory(data("vol1").resolve("inner"));
    Mounts.bind(directory, inner);
    try {
      reopen(Set.of());
      assertThat(volumes.find("vol1")).isPresent();
    } finally {
      Mounts.detach(inner);
    }
    Files.writeString(data("vol1").resolve("new"), "x");
    reopen(Set.of());
    assertThat(data("vol1").resolve("new")).exists();
  }

  @Test
  void optionsOfAVolumeWhoseMakingWasCutOffAreNotTaken() throws Exception {
    Path cutOff = Files.createDirectories(data("vol1")).getParent();
    Files.writeString(cutOff.resolve("opts.json"), "{\"type\":\"tmpfs\",\"device\":\"tmpfs\"}");
    create("vol1", Map.of());
    volumes.mount("vol1", "c1", "/data", true);
    assertThat(Mounts.isMountPoint(data("vol1"))).isFalse();
  }

  @Test
  void filters() {
    create("alpha", Map.of());
    create("beta", Map.of("type", "none", "o", "bind", "device", "/nope"));
    volumes.create(CreateVolume.named("gamma"));
    volumes.acquire("gamma", "c");
    assertThat(names(Filters.NONE)).containsExactly("alpha", "beta", "gamma");
    assertThat(names(Filters.NONE.with("name", "^[ab]"))).containsExactly("alpha", "beta");
    assertThat(names(Filters.NONE.with("name", "["))).isEmpty();
    assertThat(names(Filters.NONE.with("dangling", "true"))).containsExactly("alpha", "beta");
    assertThat(names(Filters.NONE.with("dangling", "0"))).containsExactly("gamma");
    assertThat(names(Filters.NONE.with("label", "k"))).containsExactly("alpha", "beta");
    assertThat(names(Filters.NONE.with("label", "k=w"))).isEmpty();
    assertThat(names(Filters.NONE.with("driver", "x"))).isEmpty();
    assertThatThrownBy(() -> names(Filters.NONE.with("foo", "x")))
        .hasMessage("invalid filter 'foo'");
    assertThatThrownBy(() -> names(Filters.NONE.with("dangling", "foo")))
        .hasMessage("invalid filter 'dangling=[foo]'");
    assertThatThrownBy(
            () -> names(new Filters(Map.of("dangling", new LinkedHashSet<>(List.of("1", "0"))))))
        .hasMessage("invalid filter 'dangling=[1 0]'");
  }

  private List<String> names(Filters filters) {
    return volumes.list(VolumeFilter.forList(filters)).stream().map(Volume::name).toList();
  }

  @Test
  void prune() throws Exception {
    create("named", Map.of());
    create("optioned", Map.of("type", "none", "o", "bind", "device", "/nope"));
    create("used", Map.of());
    volumes.acquire("used", "c");
    String anonymous = volumes.create(CreateVolume.named("")).name();
    Files.write(data(anonymous).resolve("f"), new byte[1000]);
    PrunedVolumes first = volumes.prune(VolumeFilter.forPrune(Filters.NONE));
    assertThat(first.deleted()).containsExactly(anonymous);
    assertThat(first.spaceReclaimed()).isEqualTo(1000);
    assertThat(
            volumes
                .prune(VolumeFilter.forPrune(Filters.NONE.with("all", "1").with("label!", "k")))
                .deleted())
        .isEmpty();
    assertThat(volumes.prune(VolumeFilter.forPrune(Filters.NONE.with("all", "true"))).deleted())
        .containsExactly("named");
    assertThat(names(Filters.NONE)).containsExactly("optioned", "used");
    assertThatThrownBy(() -> VolumeFilter.forPrune(Filters.NONE.with("all", "x")))
        .hasMessage("invalid filter 'all': strconv.ParseBool: parsing \"x\": invalid syntax");
    assertThatThrownBy(() -> VolumeFilter.forPrune(Filters.NONE.with("until", "1h")))
        .hasMessage("invalid filter 'until'");
  }

  @Test
  void usageCountsEachFileOnce() throws Exception {
    create("vol1", Map.of());
    Files.write(data("vol1").resolve("f"), new byte[100]);
    Files.createLink(data("vol1").resolve("g"), data("vol1").resolve("f"));
    Files.createDirectory(data("vol1").resolve("d"));
    Files.write(data("vol1").resolve("d/h"), new byte[11]);
    Files.createSymbolicLink(data("vol1").resolve("out"), Path.of("/usr"));
    volumes.acquire("vol1", "c");
    VolumeUsage usage = volumes.usage().getFirst();
    assertThat(usage.references()).isEqualTo(1);
    assertThat(usage.size()).isEqualTo(100 + 11 + "/usr".length());
  }

  @Test
  void tmpfsWhileContainersUseIt() throws Exception {
    create("vol1", Map.of("type", "tmpfs", "device", "tmpfs", "o", "size=1m,uid=44"));
    assertThat(Mounts.isMountPoint(data("vol1"))).isFalse();
    volumes.mount("vol1", "c1", "/x", true);
    volumes.mount("vol1", "c2", "/x", true);
    assertThat(Mounts.isMountPoint(data("vol1"))).isTrue();
    assertThat(Files.getAttribute(data("vol1"), "unix:uid")).isEqualTo(44);
    volumes.unmount("vol1", "c1");
    volumes.unmount("vol1", "c1");
    assertThat(Mounts.isMountPoint(data("vol1"))).isTrue();
    volumes.unmount("vol1", "c2");
    assertThat(Mounts.isMountPoint(data("vol1"))).isFalse();
  }

  @Test
  void aRestartFindsWhatIsMounted() throws Exception {
    Map<String, String> tmpfs = Map.of("type", "tmpfs", "device", "tmpfs");
    create("running", tmpfs);
    create("left", tmpfs);
    volumes.mount("running", "c1", "/x", true);
    volumes.mount("left", "c2", "/x", true);
    Files.writeString(data("running").resolve("f"), "live");
    reopen(Set.of("c1"));
    volumes.adopt(List.of("running"), "c1", VolumeService.Use.RUNNING);
    volumes.unmountUnused();
    assertThat(Mounts.isMountPoint(data("left"))).isFalse();
    assertThat(Files.readString(data("running").resolve("f"))).isEqualTo("live");
    assertThatThrownBy(() -> volumes.remove("running", false)).hasMessageContaining("in use");
    volumes.unmount("running", "c1");
    assertThat(Mounts.isMountPoint(data("running"))).isFalse();
  }

  @Test
  void aBindIsNeverDeletedThrough() throws Exception {
    Path precious = Files.createDirectories(directory.resolve("precious"));
    Files.writeString(precious.resolve("f"), "x");
    create("vol1", Map.of("type", "none", "o", "bind", "device", precious.toString()));
    assertThat(volumes.mount("vol1", "c1", "/x", true).resolve("f")).exists();
    reopen(Set.of());
    volumes.remove("vol1", false);
    assertThat(precious.resolve("f")).exists();
    assertThat(data("vol1").getParent()).doesNotExist();
  }

  @Test
  void somethingForeignMountedInItForbidsRemoval() throws Exception {
    create("vol1", Map.of());
    Path inner = Files.createDirectory(data("vol1").resolve("inner"));
    Path precious = Files.createDirectories(directory.resolve("precious"));
    Files.writeString(precious.resolve("f"), "x");
    Mounts.bind(precious, inner);
    try {
      assertThatThrownBy(() -> volumes.remove("vol1", false)).hasMessageContaining("is mounted");
      assertThat(precious.resolve("f")).exists();
    } finally {
      Mounts.detach(inner);
    }
    reopen(Set.of());
    assertThat(volumes.find("vol1")).as("a refused removal is not made up for").isPresent();
  }

  @Test
  void linksInAVolumeLeadRemovalNowhere() throws Exception {
    Path precious = Files.createDirectories(directory.resolve("precious"));
    Files.writeString(precious.resolve("f"), "x");
    create("vol1", Map.of());
    Files.createSymbolicLink(data("vol1").resolve("link"), precious);
    volumes.remove("vol1", false);
    assertThat(precious.resolve("f")).exists();
    assertThat(Files.exists(data("vol1").getParent(), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void whatCannotBeMountedSaysWhy() {
    create("vol1", Map.of("type", "none", "o", "bind", "device", "/nope"));
    assertThatThrownBy(() -> volumes.mount("vol1", "c", "/x", true))
        .hasMessageStartingWith(
            "error while mounting volume '"
                + data("vol1")
                + "': failed to mount local volume: mount /nope:"
                + data("vol1"))
        .hasMessageEndingWith("no such file or directory");
  }

  @Test
  void aLostDirectoryIsMadeAgain() throws Exception {
    create("vol1", Map.of());
    Files.delete(data("vol1"));
    Files.delete(data("vol1").getParent());
    assertThat(volumes.mount("vol1", "c", "/x", true)).isDirectory();
  }

  @Test
  void manyAtOnceMakeOne() {
    Set<Volume> made = ConcurrentHashMap.newKeySet();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(
          CompletableFuture.runAsync(
              () -> {
                made.add(volumes.create(CreateVolume.named("same")));
                made.add(volumes.create(CreateVolume.named("other")));
              }));
    }
    all.forEach(CompletableFuture::join);
    assertThat(made).hasSize(2);
  }

  @Test
  void creatingAndRemovingAtOnce() {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      all.add(
          CompletableFuture.runAsync(
              () -> {
                volumes.create(CreateVolume.named("same"));
                volumes.remove("same", true);
              }));
    }
    all.forEach(CompletableFuture::join);
    assertThat(volumes.find("same")).isEmpty();
    assertThat(data("same").getParent()).doesNotExist();
  }
}
