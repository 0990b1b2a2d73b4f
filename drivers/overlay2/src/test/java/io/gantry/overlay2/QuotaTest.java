package io.gantry.overlay2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gantry.linux.file.Directory;
import io.gantry.linux.file.ProjectQuota;
import io.gantry.linux.mount.Mounts;
import io.gantry.plugins.storage.StorageDriver;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Row B1 of the guide: limits on XFS with project quotas. Needs mkfs.xfs, a loop device and, for
 * the limits themselves, a kernel with {@code CONFIG_XFS_QUOTA}; skipped where there is none.
 */
class QuotaTest {

  @TempDir Path scratch;

  private Path disk;
  private Path data;

  @BeforeEach
  void makeDisk() throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/sbin/mkfs.xfs")), "no mkfs.xfs");
    assumeTrue(Files.exists(Path.of("/dev/loop-control")), "no loop devices");
    Path image = scratch.resolve("xfs.img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(512L << 20);
    }
    disk = Files.createDirectory(scratch.resolve("disk"));
    run("mkfs.xfs", "-q", image.toString());
  }

  private boolean mounted(String options) throws Exception {
    boolean mounted =
        exitCode("mount", "-o", options, scratch.resolve("xfs.img").toString(), disk.toString())
            == 0;
    data = disk.resolve("overlay2");
    if (mounted) {
      Files.createDirectories(data);
    }
    return mounted;
  }

  @AfterEach
  void unmount() throws IOException {
    if (disk != null && Mounts.isMountPoint(disk)) {
      Mounts.unmount(disk);
    }
  }

  private static void run(String... command) throws Exception {
    assertThat(exitCode(command)).isZero();
  }

  private static int exitCode(String... command) throws Exception {
    return new ProcessBuilder(List.of(command))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private void fill(StorageDriver driver, String key, int megabytes) throws IOException {
    Snapshots.write(driver, key, scratch, "big", "x".repeat(megabytes << 20));
  }

  @Test
  void aSnapshotCannotGrowBeyondItsSize() throws Exception {
    assumeTrue(mounted("loop,pquota"), "no XFS quotas in this kernel");
    try (StorageDriver driver = Snapshots.open(data)) {
      assertThat(driver.status().getFirst().value()).isEqualTo("xfs");
      driver.prepare("base", "", Map.of());
      fill(driver, "base", 30);
      driver.commit("layer", "base");
      driver.prepare("small", "layer", Map.of("size", "10m"));
      driver.prepare("larger", "layer", Map.of("size", "20m"));
      driver.prepare("free", "layer", Map.of());
      fill(driver, "small", 9);
      assertThatThrownBy(() -> fill(driver, "small", 11)).hasMessageContaining("No space left");
      fill(driver, "larger", 15);
      fill(driver, "free", 40);
    }
  }

  @Test
  void aDefaultSizeHoldsForAllAndCanBeChanged() throws Exception {
    assumeTrue(mounted("loop,pquota"), "no XFS quotas in this kernel");
    try (StorageDriver driver = Snapshots.open(data, Map.of("size", "10m"))) {
      driver.prepare("default", "", Map.of());
      driver.prepare("own", "", Map.of("size", "30m"));
      assertThatThrownBy(() -> fill(driver, "default", 11)).hasMessageContaining("No space left");
      fill(driver, "own", 20);
    }
    try (StorageDriver driver = Snapshots.open(data, Map.of("size", "10m"))) {
      driver.prepare("later", "", Map.of());
      fill(driver, "later", 8);
      assertThatThrownBy(() -> fill(driver, "own", 31)).hasMessageContaining("No space left");
    }
  }

  @Test
  void withoutProjectQuotasSizesAreRefused() throws Exception {
    assertThat(mounted("loop")).isTrue();
    assertThatThrownBy(() -> Snapshots.open(data, Map.of("size", "1g")))
        .hasMessageContaining("Filesystem does not support Project Quota");
    try (StorageDriver driver = Snapshots.open(data)) {
      assertThatThrownBy(() -> driver.prepare("k", "", Map.of("size", "1g")))
          .hasMessageContaining("pquota");
    }
  }

  @Test
  void aProjectIsHandedDown() throws Exception {
    assertThat(mounted("loop")).isTrue();
    try (Directory top = Directory.open(data)) {
      ProjectQuota.setProject(top.fd(), 4711);
      top.makeDirectory("below", 0755);
      try (Directory below = top.openDirectory("below")) {
        assertThat(ProjectQuota.project(below.fd())).isEqualTo(4711);
      }
    }
  }
}
