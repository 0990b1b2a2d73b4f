package io.gantry.layers;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.layers.tar.TarEntry;
import io.gantry.layers.tar.TarObserver;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.FileTimes;
import io.gantry.linux.mount.LowerDirs;
import io.gantry.linux.mount.Mounts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a layer deletes is gone, in a plain tree and in an overlay alike, in whatever order the
 * archive says it.
 */
class WhiteoutTest {

  @TempDir Path scratch;

  private Path base;

  @BeforeEach
  void makeBase() throws IOException {
    base = Files.createDirectory(scratch.resolve("base"));
    byte[] tar =
        new TestTar()
            .file("file", "base")
            .directory("dir")
            .file("dir/old", "base")
            .directory("dir/sub")
            .file("dir/sub/older", "base")
            .symlink("link", "dir")
            .bytes();
    LayerApplier.apply(new ByteArrayInputStream(tar), new LayerTarget.Plain(base));
  }

  static Stream<Arguments> layers() {
    return Stream.of(
        Arguments.of(
            "file", new TestTar().file(".wh.file", ""), "dir/ dir/old dir/sub/ dir/sub/older link"),
        Arguments.of("directory", new TestTar().file(".wh.dir", ""), "file link"),
        Arguments.of(
            "link, not what it leads to",
            new TestTar().file(".wh.link", ""),
            "dir/ dir/old dir/sub/ dir/sub/older file"),
        Arguments.of(
            "what is not there",
            new TestTar().file(".wh.absent", ""),
            "dir/ dir/old dir/sub/ dir/sub/older file link"),
        Arguments.of(
            "in a directory",
            new TestTar().directory("dir").file("dir/.wh.old", ""),
            "dir/ dir/sub/ dir/sub/older file link"),
        Arguments.of(
            "in a directory without an entry",
            new TestTar().file("dir/sub/.wh.older", ""),
            "dir/ dir/old dir/sub/ file link"),
        Arguments.of(
            "opaque",
            new TestTar().directory("dir").file("dir/.wh..wh..opq", ""),
            "dir/ file link"),
        Arguments.of(
            "opaque first, then new",
            new TestTar().directory("dir").file("dir/.wh..wh..opq", "").file("dir/new", "x"),
            "dir/ dir/new file link"),
        Arguments.of(
            "new first, then opaque",
            new TestTar()
                .directory("dir")
                .file("dir/new", "x")
                .directory("dir/made")
                .file("dir/made/f", "x")
                .file("dir/.wh..wh..opq", ""),
            "dir/ dir/made/ dir/made/f dir/new file link"),
        Arguments.of(
            "opaque keeps only what is new below",
            new TestTar()
                .directory("dir")
                .directory("dir/sub")
                .file("dir/sub/new", "x")
                .file("dir/.wh..wh..opq", ""),
            "dir/ dir/sub/ dir/sub/new file link"),
        Arguments.of(
            "whiteout, then a file",
            new TestTar().file(".wh.dir", "").file("dir", "x"),
            "dir file link"),
        Arguments.of(
            "file, then a whiteout",
            new TestTar().file("dir", "x").file(".wh.dir", ""),
            "dir file link"),
        Arguments.of(
            "whiteout, then a directory",
            new TestTar().file(".wh.dir", "").directory("dir").file("dir/new", "x"),
            "dir/ dir/new file link"),
        Arguments.of(
            "whiteout, then a file below",
            new TestTar().file(".wh.dir", "").file("dir/new", "x"),
            "dir/ dir/new file link"),
        Arguments.of(
            "file in the place of a directory", new TestTar().file("dir", "x"), "dir file link"),
        Arguments.of(
            "directory in the place of a file",
            new TestTar().directory("file").file("file/in", "x"),
            "dir/ dir/old dir/sub/ dir/sub/older file/ file/in link"),
        Arguments.of(
            "what AUFS left",
            new TestTar()
                .file(".wh..wh.aufs", "")
                .directory(".wh..wh.plnk")
                .file(".wh..wh.plnk/1.2", "x"),
            "dir/ dir/old dir/sub/ dir/sub/older file link"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void deletes(String what, TestTar layer, String expected) throws IOException {
    byte[] tar = layer.bytes();
    Set<String> wanted = new TreeSet<>(List.of(expected.split(" ")));

    Path upper = Files.createDirectory(scratch.resolve("upper"));
    LayerTarget.Overlay overlay = new LayerTarget.Overlay(upper, List.of(base));
    LayerApplier.apply(new ByteArrayInputStream(tar), overlay);
    Path merged = Files.createDirectory(scratch.resolve("merged"));
    String lowers = LowerDirs.join(List.of(upper, base));
    Mounts.mount("overlay", "overlay", merged, List.of("ro", "lowerdir=" + lowers));
    try {
      assertThat(paths(merged)).as("overlay: %s", what).isEqualTo(wanted);
      assertThat(LayerDiff.changes(overlay)).isEqualTo(LayerDiff.changes(merged, base));
    } finally {
      Mounts.unmount(merged);
    }

    LayerApplier.apply(new ByteArrayInputStream(tar), new LayerTarget.Plain(base));
    assertThat(paths(base)).as("plain: %s", what).isEqualTo(wanted);
  }

  private static Set<String> paths(Path root) throws IOException {
    Set<String> paths = new TreeSet<>();
    for (String path : Trees.describe(root).keySet()) {
      if (!path.equals("/")) {
        paths.add(path.substring(1));
      }
    }
    return paths;
  }

  @Test
  void aDirectoryWithoutAnEntryLooksAsInTheLayerBelow() throws IOException {
    try (Directory root = Directory.open(base)) {
      root.chown("dir", 12, 34);
      root.chmod("dir", 02771);
      root.xattrs("dir").set("user.x", new byte[] {1});
      root.setTimes("dir", FileTimes.both(1234, 5678));
    }
    Path upper = Files.createDirectory(scratch.resolve("upper"));
    byte[] tar = new TestTar().file("dir/new", "x").bytes();
    LayerApplier.apply(
        new ByteArrayInputStream(tar), new LayerTarget.Overlay(upper, List.of(base)));
    assertThat(Trees.describe(upper).get("/dir/")).isEqualTo(Trees.describe(base).get("/dir/"));
  }

  @Test
  void theObserverCanPutTheArchiveTogetherAgain() throws IOException {
    byte[] tar =
        new TestTar()
            .directory("d")
            .file("d/f", "content".repeat(200))
            .file("d/.wh.x", "")
            .link("d/l", "d/f")
            .file("x".repeat(200), "long name")
            .bytes();
    ByteArrayOutputStream together = new ByteArrayOutputStream();
    Path target = Files.createDirectory(scratch.resolve("target"));
    List<String> contents = new ArrayList<>();
    TarObserver observer =
        new TarObserver() {
          @Override
          public void raw(byte[] bytes, int offset, int length) {
            together.write(bytes, offset, length);
          }

          @Override
          public void content(TarEntry entry) {
            contents.add(entry.name());
            together.writeBytes(new byte[(int) entry.size()]);
          }
        };
    byte[] padded = Arrays.copyOf(tar, 20480);
    LayerApplier.apply(
        new ByteArrayInputStream(padded),
        new LayerTarget.Plain(target),
        LayerLimits.DEFAULT,
        observer);
    assertThat(contents).containsExactly("d/f", "x".repeat(200));
    byte[] blanked = padded.clone();
    for (String content : List.of("content".repeat(200), "long name")) {
      byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
      int at = new String(blanked, StandardCharsets.ISO_8859_1).indexOf(content);
      Arrays.fill(blanked, at, at + bytes.length, (byte) 0);
    }
    assertThat(together.toByteArray()).isEqualTo(blanked);
  }
}
