package io.gantry.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a daemon that was killed has left of volumes, and what of it the next one may touch. */
class VolumeRecoveryTest {

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
  void close() {
    fixture.close();
  }

  private void reopen(Set<String> containers, Set<String> had) throws Exception {
    fixture.close();
    fixture = new VolumeFixture(directory);
    volumes = fixture.volumes;
    volumes.load(containers, had);
  }

  private Volume create(String name, Map<String, String> options) {
    return volumes.create(new CreateVolume(name, "", options, null, Optional.empty()));
  }

  private Path data(String name) {
    return directory.resolve("data/volumes").resolve(name).resolve("_data");
  }

  @Test
  void aVolumeThatAContainerHasIsNotRemovedAtTheStart() throws Exception {
    VolumeStore rows = new VolumeStore(fixture.store);
    rows.markRemoving(create("vol1", Map.of()));
    rows.markRemoving(create("vol2", Map.of()));
    Files.writeString(data("vol1").resolve("f"), "kept");
    reopen(Set.of("c1"), Set.of("vol1"));
    assertThat(volumes.find("vol1")).isPresent();
    assertThat(volumes.find("vol2")).isEmpty();
    reopen(Set.of(), Set.of());
    assertThat(data("vol1").resolve("f")).as("its removal is given up").hasContent("kept");
  }

  @Test
  void aRemovalThatFailsInAnyWayIsTakenBack() throws Exception {
    create("vol1", Map.of("type", "tmpfs", "device", "tmpfs"));
    Path options = data("vol1").resolveSibling("opts.json");
    String good = Files.readString(options);
    Files.writeString(options, "no JSON");
    assertThatThrownBy(() -> volumes.remove("vol1", false))
        .as("not what drivers throw")
        .isInstanceOf(RuntimeException.class)
        .isNotInstanceOf(EngineException.class);
    Files.writeString(options, good);
    reopen(Set.of(), Set.of());
    assertThat(volumes.find("vol1")).as("who was told no still has it").isPresent();
    volumes.remove("vol1", false);
    assertThat(data("vol1").getParent()).doesNotExist();
  }

  @Test
  void directoriesOfVolumesThatWereNeverRecordedGo() throws Exception {
    create("recorded", Map.of());
    Path bare = Files.createDirectory(data("bare").getParent());
    Path half = Files.createDirectories(data("half")).getParent();
    Files.writeString(half.resolve("opts.json"), "{}");
    Files.writeString(half.resolve("opts.json.new"), "{");
    Path full = Files.createDirectories(data("full"));
    Files.writeString(full.resolve("f"), "of somebody");
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.createDirectory(data("linked").getParent());
    Files.createSymbolicLink(data("linked"), elsewhere);
    reopen(Set.of(), Set.of());
    assertThat(bare).doesNotExist();
    assertThat(half).doesNotExist();
    assertThat(data("linked")).isSymbolicLink();
    assertThat(full.resolve("f")).hasContent("of somebody");
    assertThat(data("recorded")).isDirectory();
    assertThat(create("full", Map.of()).mountpoint()).isEqualTo(full.toString());
    assertThat(full.resolve("f")).exists();
  }

  @Test
  void firstContentThatCannotBeCopiedIsThrownAwayAndTheNextIsKept() throws Exception {
    create("vol1", Map.of());
    Path data = volumes.mount("vol1", "c1", "/x", true);
    assertThatThrownBy(
            () ->
                volumes.fill(
                    "vol1",
                    "c1",
                    data,
                    target -> {
                      target.makeDirectory("half", 0755);
                      throw new IOException("as a test");
                    }))
        .hasMessage("cannot copy to volume vol1: as a test");
    assertThat(data).isEmptyDirectory();
    volumes.fill("vol1", "c1", data, target -> target.makeDirectory("whole", 0755));
    reopen(Set.of(), Set.of());
    assertThat(volumes.mount("vol1", "c1", "/x", true).resolve("whole")).exists();
  }
}
