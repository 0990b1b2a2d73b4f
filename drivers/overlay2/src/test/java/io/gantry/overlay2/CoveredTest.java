package io.gantry.overlay2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.mount.Mounts;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.plugins.storage.StorageProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row B2 of the guide: a mount over the driver's directory is noticed, named and taken away. */
class CoveredTest {

  @TempDir Path scratch;

  private Path data;

  @BeforeEach
  void makeData() throws IOException {
    data = Files.createDirectory(scratch.resolve("data"));
    try (StorageDriver driver = Snapshots.open(data)) {
      driver.prepare("k", "", Map.of());
    }
  }

  @AfterEach
  void uncover() throws IOException {
    while (Mounts.isMountPoint(data)) {
      Mounts.detach(data);
    }
  }

  private void cover() throws IOException {
    Mounts.mount("tmpfs", "intruder", data, List.of());
  }

  @Test
  void isNoticedNamedAndRepairedWhileRunning() throws IOException {
    try (StorageDriver driver = Snapshots.open(data)) {
      assertThat(driver.check()).isEmpty();
      cover();
      cover();
      List<StorageProblem> problems = driver.check();
      assertThat(problems).hasSize(1);
      assertThat(problems.getFirst().description())
          .contains("intruder")
          .contains("tmpfs")
          .contains(data.toString());
      assertThat(problems.getFirst().remedy()).isEqualTo("umount " + data);
      assertThat(problems.getFirst().repairable()).isTrue();

      driver.prepare("made below the mount", "", Map.of());
      driver.repair(problems.getFirst());
      assertThat(driver.check()).isEmpty();
      assertThat(Mounts.isMountPoint(data)).isFalse();
      Snapshots.write(driver, "made below the mount", scratch, "f", "works");
      Snapshots.write(driver, "k", scratch, "f", "works");
    }
  }

  @Test
  void isNoticedAtStart() throws IOException {
    cover();
    assertThatThrownBy(() -> Snapshots.open(data))
        .hasMessageContaining("intruder")
        .hasMessageContaining("umount " + data);
    uncover();
    try (StorageDriver driver = Snapshots.open(data)) {
      assertThat(driver.stat("k")).isPresent();
    }
  }

  @Test
  void aFileSystemThatIsMountedThereOnPurposeIsFine() throws IOException {
    Path fresh = Files.createDirectory(scratch.resolve("fresh"));
    Mounts.mount("tmpfs", "disk", fresh, List.of());
    try {
      try (StorageDriver driver = Snapshots.open(fresh)) {
        driver.prepare("mine", "", Map.of());
        assertThat(driver.check()).isEmpty();
      }
      try (StorageDriver driver = Snapshots.open(fresh)) {
        assertThat(driver.stat("mine")).isPresent();
      }
    } finally {
      Mounts.unmount(fresh);
    }
  }

  @Test
  void aDiskThatIsGoneIsSaid() throws IOException {
    try (StorageDriver driver = Snapshots.open(data)) {
      Files.move(data, scratch.resolve("elsewhere"));
      assertThat(driver.check()).hasSize(1);
      assertThat(driver.check().getFirst().description()).contains(data.toString());
      Files.move(scratch.resolve("elsewhere"), data);
      assertThat(driver.check()).isEmpty();
    }
  }
}
