package io.gantry.layers;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.file.Directory;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.FileTimes;
import io.gantry.linux.file.OpenFlag;
import io.gantry.linux.mount.LowerDirs;
import io.gantry.linux.mount.Mounts;
import io.gantry.plugins.storage.Change;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A tree that goes through an archive is the same tree; changes that go through a layer are the
 * same changes.
 */
class RoundTripTest {

  @TempDir Path scratch;

  private Path directory(String name) throws IOException {
    return Files.createDirectory(scratch.resolve(name));
  }

  private static byte[] archive(Path tree) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Directory directory = Directory.open(tree);
        TreeArchive archive = new TreeArchive(out)) {
      archive.addContent(directory);
    }
    return out.toByteArray();
  }

  private static void apply(byte[] tar, LayerTarget target) throws IOException {
    LayerApplier.apply(new ByteArrayInputStream(tar), target);
  }

  private static byte[] layer(Path tree, List<Change> changes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LayerDiff.writeTar(tree, changes, out);
    return out.toByteArray();
  }

  @Test
  void everythingOfATreeIsKept() throws IOException {
    Path tree = directory("tree");
    try (Directory root = Directory.open(tree)) {
      Trees.write(root, "ping", new byte[] {1, 2, 3});
      root.chown("ping", 3_000_000, 70_000);
      root.chmod("ping", 06755);
      root.xattrs("ping").set("security.capability", Trees.CAP_NET_RAW);
      root.xattrs("ping").set("user.binary", new byte[] {0, 10, 13, (byte) 0xff, 61});
      root.setTimes("ping", FileTimes.both(1_700_000_000L, 123_456_789));
      root.makeLink("pong", root, "ping");
      root.makeSymbolicLink("link", "/" + "long/".repeat(60));
      root.makeNode("null", FileStat.CHARACTER_DEVICE | 0666, FileStat.packDevice(1, 3));
      root.makeNode("disk", FileStat.BLOCK_DEVICE | 0660, FileStat.packDevice(259, 1_000_000));
      root.makeNode("fifo", FileStat.FIFO | 0600, 0);
      root.makeDirectory("sticky", 0755);
      root.chmod("sticky", 01777);
      root.xattrs("sticky").set("user.dir", new byte[] {7});
      root.setTimes("sticky", FileTimes.both(-5, 500_000_000));
      try (Fd sparse = root.open("sparse", OpenFlag.WRITE_ONLY | OpenFlag.CREATE, 0644)) {
        sparse.truncate(50L << 20);
      }
    }
    Path copy = directory("copy");
    apply(archive(tree), new LayerTarget.Plain(copy));
    assertThat(withoutRoot(copy)).isEqualTo(withoutRoot(tree));
    try (Directory root = Directory.open(copy)) {
      assertThat(root.stat("ping").links()).isEqualTo(2);
      assertThat(root.stat("disk").rdev()).isEqualTo(FileStat.packDevice(259, 1_000_000));
    }
  }

  private static SortedMap<String, String> withoutRoot(Path tree) throws IOException {
    var description = Trees.describe(tree);
    description.remove("/"); // an export has no entry for it
    return description;
  }

  @Test
  void theSameTreeGivesTheSameArchive() throws IOException {
    Path tree = directory("tree");
    try (Directory root = Directory.open(tree)) {
      Trees.mutate(root, new Random(42), 0);
      Trees.mutate(root, new Random(43), 0);
    }
    Path copy = directory("copy");
    byte[] archive = archive(tree);
    apply(archive, new LayerTarget.Plain(copy));
    assertThat(archive(copy)).isEqualTo(archive);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 18})
  void randomChangesGoThroughALayer(long seed) throws IOException {
    Random random = new Random(seed);
    Path lower1 = directory("lower1");
    Path lower2 = directory("lower2");
    try (Directory root = Directory.open(lower1)) {
      for (int i = 0; i < 3; i++) {
        Trees.mutate(root, random, 0);
      }
    }
    changeMounted(List.of(lower1), lower2, random);
    List<Path> lowers = List.of(lower2, lower1);
    Path upper = directory("upper");
    Path merged = mountWith(lowers, upper);
    try {
      try (Directory root = Directory.open(merged)) {
        Trees.mutate(root, random, 0);
        Trees.mutate(root, random, 0);
      }
      Path before = directory("before");
      Mounts.mount(
          "overlay", "overlay", before, List.of("ro", "lowerdir=" + LowerDirs.join(lowers)));
      try {
        List<Change> fromUpper = LayerDiff.changes(new LayerTarget.Overlay(upper, lowers));
        assertThat(fromUpper)
            .as("what the upper directory says is what a comparison of both trees finds")
            .isEqualTo(LayerDiff.changes(merged, before));

        byte[] tar = layer(upper, fromUpper);
        assertThat(layer(merged, fromUpper)).isEqualTo(tar);

        Path plain = directory("plain");
        apply(archive(before), new LayerTarget.Plain(plain));
        apply(tar, new LayerTarget.Plain(plain));
        assertSame(withoutDirectoryTimes(plain), withoutDirectoryTimes(merged));

        Path again = directory("again");
        apply(tar, new LayerTarget.Overlay(again, lowers));
        assertThat(LayerDiff.changes(new LayerTarget.Overlay(again, lowers))).isEqualTo(fromUpper);
        Path mergedAgain = mountWith(lowers, again);
        try {
          assertSame(withoutDirectoryTimes(mergedAgain), withoutDirectoryTimes(merged));
        } finally {
          Mounts.unmount(mergedAgain);
        }
      } finally {
        Mounts.unmount(before);
      }
    } finally {
      Mounts.unmount(merged);
    }
  }

  /** Says only where two trees differ. */
  private static void assertSame(
      SortedMap<String, String> actual, SortedMap<String, String> expected) {
    SortedMap<String, String> onlyActual = new TreeMap<>(actual);
    onlyActual.entrySet().removeAll(expected.entrySet());
    SortedMap<String, String> onlyExpected = new TreeMap<>(expected);
    onlyExpected.entrySet().removeAll(actual.entrySet());
    assertThat(onlyActual).isEqualTo(onlyExpected);
  }

  private void changeMounted(List<Path> lowers, Path upper, Random random) throws IOException {
    Path merged = mountWith(lowers, upper);
    try (Directory root = Directory.open(merged)) {
      Trees.mutate(root, random, 0);
    } finally {
      Mounts.unmount(merged);
    }
  }

  private Path mountWith(List<Path> lowers, Path upper) throws IOException {
    Path merged = directory("merged-" + upper.getFileName());
    Path work = directory("work-" + upper.getFileName());
    Mounts.mount(
        "overlay",
        "overlay",
        merged,
        List.of(
            "index=off",
            "redirect_dir=off",
            "metacopy=off",
            "lowerdir=" + LowerDirs.join(lowers),
            "upperdir=" + upper,
            "workdir=" + work));
    return merged;
  }

  /**
   * As {@code docker diff}, a layer does not record that only a directory's time has changed, nor
   * that an unchanged file got a second name.
   */
  private static SortedMap<String, String> withoutDirectoryTimes(Path tree) throws IOException {
    var description = Trees.describeNames(tree);
    description.replaceAll(
        (path, text) -> path.endsWith("/") ? text.substring(0, text.lastIndexOf(' ')) : text);
    return description;
  }
}
