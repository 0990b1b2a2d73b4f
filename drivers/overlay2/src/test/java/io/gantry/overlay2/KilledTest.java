package io.gantry.overlay2;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Kernel;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.storage.Snapshot;
import io.gantry.plugins.storage.SnapshotKind;
import io.gantry.plugins.storage.StorageDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A process killed at any marked step leaves the state before the call or the one after it. */
@Timeout(120)
class KilledTest {

  @TempDir Path scratch;

  private Path data;

  @BeforeEach
  void makeData() throws IOException {
    data = Files.createDirectory(scratch.resolve("data"));
    try (StorageDriver driver = Snapshots.open(data)) {
      driver.prepare("filling", "", Map.of());
      Snapshots.write(driver, "filling", scratch, "f", "base");
      driver.commit("base", "filling");
      driver.prepare("active", "base", Map.of());
      Snapshots.write(driver, "active", scratch, "g", "mine");
      driver.prepare("unwanted", "base", Map.of());
      driver.sync();
    }
  }

  /** Runs one call in a process of its own, which ends at the fail point. */
  private void killedAt(String failPoint, String... call) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-Dgantry.failpoint=" + failPoint,
                "-cp",
                System.getProperty("java.class.path"),
                Victim.class.getName(),
                data.toString()));
    command.addAll(List.of(call));
    Process victim = new ProcessBuilder(command).inheritIO().start();
    assertThat(victim.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(victim.exitValue()).as("killed at %s", failPoint).isEqualTo(FailPoint.EXIT_STATUS);
  }

  /** The process that is killed. */
  static final class Victim {
    public static void main(String[] args) {
      try (StorageDriver driver = Snapshots.open(Path.of(args[0]))) {
        switch (args[1]) {
          case "prepare" -> driver.prepare(args[2], args[3], Map.of());
          case "view" -> driver.view(args[2], args[3]);
          case "commit" -> driver.commit(args[2], args[3]);
          case "remove" -> driver.remove(args[2]);
          default -> driver.sync();
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "overlay2.create.begin, false",
    "overlay2.create.directories, false",
    "overlay2.create.recorded, true"
  })
  void prepare(String failPoint, boolean happened) throws Exception {
    killedAt(failPoint, "prepare", "new", "base");
    try (StorageDriver driver = Snapshots.open(data)) {
      assertThat(driver.stat("new").isPresent()).isEqualTo(happened);
      if (!happened) {
        driver.prepare("new", "base", Map.of());
      }
      Snapshots.write(driver, "new", scratch, "h", "works");
      assertThat(driver.walk()).hasSize(4);
    }
    assertNothingLeftOver();
  }

  @ParameterizedTest
  @CsvSource({"overlay2.create.begin, false", "overlay2.create.recorded, true"})
  void view(String failPoint, boolean happened) throws Exception {
    killedAt(failPoint, "view", "new", "base");
    try (StorageDriver driver = Snapshots.open(data)) {
      assertThat(driver.stat("new").isPresent()).isEqualTo(happened);
    }
    assertNothingLeftOver();
  }

  @ParameterizedTest
  @CsvSource({
    "overlay2.commit.measured, false",
    "overlay2.commit.recorded, true",
    "overlay2.commit.done, true"
  })
  void commit(String failPoint, boolean happened) throws Exception {
    killedAt(failPoint, "commit", "layer", "active");
    try (StorageDriver driver = Snapshots.open(data)) {
      assertThat(driver.stat("layer").isPresent()).isEqualTo(happened);
      assertThat(driver.stat("active").isPresent()).isEqualTo(!happened);
      if (!happened) {
        driver.commit("layer", "active");
      }
      assertThat(driver.stat("layer"))
          .contains(new Snapshot("layer", SnapshotKind.COMMITTED, Optional.of("base")));
      assertThat(driver.usage("layer").bytes()).isEqualTo(4);
      driver.prepare("child", "layer", Map.of());
      Snapshots.write(driver, "child", scratch, "h", "works");
    }
    assertNothingLeftOver();
  }

  @ParameterizedTest
  @CsvSource({"overlay2.remove.forgotten", "overlay2.remove.trashed"})
  void remove(String failPoint) throws Exception {
    killedAt(failPoint, "remove", "unwanted");
    try (StorageDriver driver = Snapshots.open(data)) {
      assertThat(driver.stat("unwanted")).isEmpty();
      driver.remove("unwanted");
      driver.prepare("unwanted", "base", Map.of());
    }
    assertNothingLeftOver();
  }

  @ParameterizedTest
  @CsvSource({"overlay2.sync.data", "overlay2.sync.done"})
  void sync(String failPoint) throws Exception {
    try (StorageDriver driver = Snapshots.open(data)) {
      driver.commit("layer", "active");
    }
    killedAt(failPoint, "sync");
    try (StorageDriver driver = Snapshots.open(data)) {
      assertThat(driver.stat("layer")).isPresent();
    }
    assertNothingLeftOver();
  }

  @Test
  void aPowerCutTakesWhatWasNotSynced() throws Exception {
    try (StorageDriver driver = Snapshots.open(data)) {
      driver.commit("not synced", "active");
      driver.prepare("on it", "not synced", Map.of());
      driver.commit("nor this", "on it");
      driver.prepare("container", "nor this", Map.of());
    }
    rebooted();
    try (StorageDriver driver = Snapshots.open(data)) {
      assertThat(driver.walk())
          .extracting(Snapshot::key)
          .containsExactlyInAnyOrder("base", "unwanted");
    }
    assertNothingLeftOver();
  }

  @Test
  void aPowerCutLeavesWhatWasSynced() throws Exception {
    try (StorageDriver driver = Snapshots.open(data)) {
      driver.commit("layer", "active");
      driver.prepare("container", "layer", Map.of());
      driver.sync();
    }
    rebooted();
    try (StorageDriver driver = Snapshots.open(data)) {
      assertThat(driver.walk())
          .extracting(Snapshot::key)
          .containsExactlyInAnyOrder("base", "unwanted", "layer", "container");
    }
  }

  /** As if all that was recorded had been so before the machine was started the last time. */
  private void rebooted() throws IOException {
    String boot = Kernel.bootId();
    try (Stream<Path> records = Files.list(data.resolve("keys"))) {
      for (Path record : records.toList()) {
        String text = Files.readSymbolicLink(record).toString();
        Files.delete(record);
        Files.createSymbolicLink(record, Path.of(text.replace(boot, "0-another-boot")));
      }
    }
  }

  /** Directories and records belong to each other one by one, and the trash is emptied. */
  private void assertNothingLeftOver() throws IOException {
    Snapshots.open(data).close(); // finishes what is in the trash
    Set<String> ids = new TreeSet<>();
    try (Stream<Path> records = Files.list(data.resolve("keys"))) {
      for (Path record : records.toList()) {
        assertThat(Files.exists(record, LinkOption.NOFOLLOW_LINKS)).isTrue();
        SnapshotRecord parsed =
            SnapshotRecord.parse(Files.readSymbolicLink(record).toString()).orElseThrow();
        if (parsed.hasDirectory()) {
          ids.add(parsed.id());
        }
      }
    }
    try (Stream<Path> snapshots = Files.list(data.resolve("snapshots"))) {
      assertThat(snapshots.map(s -> s.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(ids);
    }
  }
}
