package io.gantry.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.layers.tar.TarLimits;
import io.gantry.layers.tar.TarObserver;
import io.gantry.layers.tar.TarType;
import io.gantry.linux.file.Directory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Archives made to do harm: whatever they do, nothing outside the target is touched. */
@Timeout(60)
class HostileTarTest {

  @TempDir Path scratch;

  private Path target;
  private Path outside;
  private SortedMap<String, String> outsideBefore;

  /** outside/secret next to the target, as near as a {@code ..} gets. */
  @BeforeEach
  void makeTrees() throws IOException {
    target = Files.createDirectory(scratch.resolve("target"));
    outside = Files.createDirectory(scratch.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "secret");
    outsideBefore = Trees.describe(outside);
  }

  private void assertNothingOutside() throws IOException {
    assertThat(Trees.describe(outside)).isEqualTo(outsideBefore);
    try (Stream<Path> siblings = Files.list(scratch)) {
      assertThat(siblings).containsExactlyInAnyOrder(target, outside);
    }
  }

  static Stream<Arguments> refused() {
    TestTar paxBomb = new TestTar();
    paxBomb.add(TarType.REGULAR, "f", "", "", Map.of("user.x", new byte[2 << 20]));
    byte[] plain = new TestTar().file("f", "x".repeat(600)).bytes();
    byte[] link = new TestTar().file("f", "x").link("l", "f").bytes();
    return Stream.of(
        Arguments.of(
            "leads up", new TestTar().file("../outside/new", "x").bytes(), "../outside/new"),
        Arguments.of(
            "leads up inside",
            new TestTar().file("a/../../outside/new", "x").bytes(),
            "a/../../outside/new"),
        Arguments.of(
            "absolute and up",
            new TestTar().file("/../outside/new", "x").bytes(),
            "/../outside/new"),
        Arguments.of("directory up", new TestTar().directory("..").bytes(), ".."),
        Arguments.of(
            "hard link up",
            new TestTar().link("l", "../outside/secret").bytes(),
            "../outside/secret"),
        Arguments.of("hard link to nothing", new TestTar().link("l", "absent").bytes(), "absent"),
        Arguments.of("hard link to the root", new TestTar().link("l", "/").bytes(), "l"),
        Arguments.of(
            "hard link to a directory", new TestTar().directory("d").link("l", "d").bytes(), "l"),
        Arguments.of("root as a file", new TestTar().file(".", "x").bytes(), "."),
        Arguments.of("root as a link", new TestTar().symlink("./", "../outside").bytes(), "./"),
        Arguments.of("whiteout of ..", new TestTar().file("d/.wh...", "").bytes(), "d/.wh..."),
        Arguments.of("whiteout of .", new TestTar().file("d/.wh..", "").bytes(), "d/.wh.."),
        Arguments.of("whiteout of nothing", new TestTar().file("d/.wh.", "").bytes(), "d/.wh."),
        Arguments.of(
            "file as directory", new TestTar().file("f", "x").file("f/g", "x").bytes(), "f/g"),
        Arguments.of(
            "link loop as directory",
            new TestTar().symlink("a", "b").symlink("b", "a").file("a/f", "x").bytes(),
            "a/f"),
        Arguments.of("component too long", new TestTar().file("x".repeat(300), "").bytes(), "xxx"),
        Arguments.of(
            "path too long",
            new TestTar().file("x/".repeat(2500) + "f", "").bytes(),
            "name too long"),
        Arguments.of("PAX bomb", paxBomb.bytes(), "headers of one entry larger"),
        Arguments.of("long name bomb", longNameBomb(), "headers of one entry larger"),
        Arguments.of(
            "size beyond everything",
            TestTar.patched(plain, 0, 124, base256(1L << 60)),
            "ends within"),
        Arguments.of("negative size", TestTar.patched(plain, 0, 124, base256(-1)), "negative size"),
        Arguments.of(
            "size out of range", TestTar.patched(plain, 0, 124, filled(12, 0xBF)), "out of range"),
        Arguments.of(
            "size is text",
            TestTar.patched(plain, 0, 124, "12x45678901\0".getBytes(StandardCharsets.US_ASCII)),
            "not a number"),
        Arguments.of(
            "owner -1",
            TestTar.patched(plain, 0, 108, Arrays.copyOfRange(base256(-1), 4, 12)),
            "owner"),
        Arguments.of("unknown type", TestTar.patched(plain, 0, 156, new byte[] {'Z'}), "type"),
        Arguments.of("wrong checksum", flipped(plain), "checksum"),
        Arguments.of("cut off in a file", Arrays.copyOf(plain, 900), "ends within"),
        Arguments.of("cut off in a header", Arrays.copyOf(link, 1024 + 100), "ends within"),
        Arguments.of(
            "no tar at all",
            "this is not a tar".repeat(100).getBytes(StandardCharsets.UTF_8),
            "tar"),
        Arguments.of("sparse beyond its size", oldSparse(10, 0, 600), "sparse"),
        Arguments.of("sparse with a negative offset", oldSparse(1000, -5, 600), "sparse"),
        Arguments.of("sparse map too short", oldSparse(1000, 0, 10), "sparse"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void refused(String what, byte[] tar, String named) throws IOException {
    for (LayerTarget to :
        List.of(new LayerTarget.Plain(target), new LayerTarget.Overlay(target, List.of()))) {
      assertThatThrownBy(() -> LayerApplier.apply(new ByteArrayInputStream(tar), to))
          .as("layer: %s", what)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(named);
      assertNothingOutside();
      empty();
    }
    if (!what.startsWith("whiteout")) {
      try (ArchiveRoot root = ArchiveRoot.open(target)) {
        ExtractOptions options = new ExtractOptions(Optional.empty(), false);
        assertThatThrownBy(() -> root.extract("/", new ByteArrayInputStream(tar), options))
            .as("cp: %s", what)
            .isInstanceOf(IOException.class)
            .hasMessageContaining(named);
      }
      assertNothingOutside();
    }
  }

  private void empty() throws IOException {
    try (Directory root = Directory.open(scratch)) {
      root.deleteTree("target");
      root.makeDirectory("target", 0755);
    }
  }

  static Stream<Arguments> contained() {
    String up = "../".repeat(30);
    String secretInside = "outside/secret";
    return Stream.of(
        Arguments.of("absolute name", new TestTar().file("/outside/secret", "evil")),
        Arguments.of(
            "through a link up",
            new TestTar().symlink("l", "../outside").directory("outside").file("l/secret", "evil")),
        Arguments.of(
            "through an absolute link",
            new TestTar().directory("outside").symlink("l", "/outside").file("l/secret", "evil")),
        Arguments.of(
            "through a link far up",
            new TestTar()
                .directory("outside")
                .symlink("l", up + "outside")
                .file("l/secret", "evil")),
        Arguments.of(
            "through a chain of links",
            new TestTar()
                .directory("outside")
                .directory("d")
                .symlink("d/a", "..")
                .symlink("b", "d/a/../..")
                .file("b/" + secretInside, "evil")),
        Arguments.of(
            "file over a link",
            new TestTar()
                .directory("outside")
                .symlink("outside/secret", "../../outside/secret")
                .file("outside/secret", "evil")),
        Arguments.of(
            "directory over a link",
            new TestTar()
                .symlink("outside", "../outside")
                .directory("outside")
                .file("outside/secret", "evil")),
        Arguments.of(
            "hard link to a link",
            new TestTar()
                .directory("outside")
                .symlink("l", "../outside/secret")
                .link("h", "l")
                .file("h", "evil")
                .file("outside/secret", "evil")),
        Arguments.of(
            "directory exchanged for a link",
            new TestTar()
                .directory("outside")
                .directory("d")
                .file("d/f", "x")
                .symlink("d", "/outside")
                .file("d/secret", "evil")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void contained(String what, TestTar tar) throws IOException {
    byte[] bytes = tar.bytes();
    for (LayerTarget to :
        List.of(new LayerTarget.Plain(target), new LayerTarget.Overlay(target, List.of()))) {
      LayerApplier.apply(new ByteArrayInputStream(bytes), to);
      assertThat(target.resolve("outside/secret")).as(what).hasContent("evil");
      assertNothingOutside();
      empty();
    }
    try (ArchiveRoot root = ArchiveRoot.open(target)) {
      root.extract(
          "/", new ByteArrayInputStream(bytes), new ExtractOptions(Optional.empty(), false));
    }
    assertThat(target.resolve("outside/secret")).as(what).hasContent("evil");
    assertNothingOutside();
  }

  @Test
  void attributesThatSteerOverlayfsAreNotTaken() throws IOException {
    Map<String, byte[]> xattrs =
        Map.of(
            "trusted.overlay.redirect", "/etc".getBytes(StandardCharsets.UTF_8),
            "trusted.overlay.opaque", new byte[] {'y'},
            "user.overlay.whiteout", new byte[] {'y'},
            "user.fine", new byte[] {1});
    byte[] tar = new TestTar().add(TarType.DIRECTORY, "d", "", "", xattrs).bytes();
    LayerApplier.apply(new ByteArrayInputStream(tar), new LayerTarget.Overlay(target, List.of()));
    try (Directory root = Directory.open(target)) {
      assertThat(root.xattrs("d").names()).containsExactly("user.fine");
    }
  }

  @Test
  void aWhiteoutThroughALinkDeletesNothingOutside() throws IOException {
    byte[] tar = new TestTar().symlink("l", "../outside").file("l/.wh.secret", "").bytes();
    assertThatThrownBy(
            () -> LayerApplier.apply(new ByteArrayInputStream(tar), new LayerTarget.Plain(target)))
        .hasMessageContaining("l/.wh.secret");
    assertNothingOutside();
  }

  @Test
  void tooManyEntriesAreRefused() {
    byte[] tar = new TestTar().file("a", "").file("b", "").file("c", "").bytes();
    LayerLimits limits = new LayerLimits(new TarLimits(1 << 20, 4095, 2), 1 << 20, 500, 1 << 20);
    assertThatThrownBy(
            () ->
                LayerApplier.apply(
                    new ByteArrayInputStream(tar),
                    new LayerTarget.Plain(target),
                    limits,
                    TarObserver.NONE))
        .hasMessageContaining("more than 2 entries");
  }

  @Test
  void aGzipBombIsStoppedByItsRatio() throws IOException {
    byte[] bomb = gzip(new byte[64 << 20]);
    LayerLimits limits = new LayerLimits(TarLimits.DEFAULT, 1L << 40, 100, 1 << 20);
    assertThatThrownBy(() -> drain(bomb, limits)).hasMessageContaining("100 times its size");
  }

  @Test
  void aBombOfAnyRatioIsStoppedByItsSize() throws IOException {
    byte[] noise = new byte[3 << 20];
    new Random(1).nextBytes(noise);
    LayerLimits limits = new LayerLimits(TarLimits.DEFAULT, 1 << 20, 100, 1L << 40);
    assertThatThrownBy(() -> drain(gzip(noise), limits)).hasMessageContaining("more than 1048576");
  }

  @Test
  void anHonestLayerOfZerosPasses() throws IOException {
    byte[] zeros = gzip(new byte[64 << 20]);
    assertThat(drain(zeros, LayerLimits.DEFAULT)).isEqualTo(64 << 20);
  }

  private static long drain(byte[] blob, LayerLimits limits) throws IOException {
    try (InputStream stream = LayerStream.open(new ByteArrayInputStream(blob), limits)) {
      return stream.transferTo(OutputStream.nullOutputStream());
    }
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    }
    return out.toByteArray();
  }

  private static byte[] base256(long value) {
    byte[] field = filled(12, value < 0 ? 0xFF : 0);
    for (int i = 0; i < 8; i++) {
      field[11 - i] = (byte) (value >> (8 * i));
    }
    field[0] = (byte) (value < 0 ? 0xFF : 0x80);
    return field;
  }

  private static byte[] filled(int length, int value) {
    byte[] field = new byte[length];
    Arrays.fill(field, (byte) value);
    return field;
  }

  private static byte[] flipped(byte[] tar) {
    byte[] copy = tar.clone();
    copy[100] ^= 1;
    return copy;
  }

  /** A GNU long name header that announces two gigabytes. */
  private static byte[] longNameBomb() {
    byte[] tar = new TestTar().file("f", "x").bytes();
    byte[] typed = TestTar.patched(tar, 0, 156, new byte[] {'L'});
    return TestTar.patched(typed, 0, 124, base256(2L << 30));
  }

  /** A file of 600 stored bytes that says of itself to be GNU sparse. */
  private static byte[] oldSparse(long realSize, long offset, long length) {
    byte[] tar = new TestTar().file("f", "x".repeat(600)).bytes();
    byte[] typed = TestTar.patched(tar, 0, 156, new byte[] {'S'});
    typed = TestTar.patched(typed, 0, 257, "ustar  \0".getBytes(StandardCharsets.US_ASCII));
    typed = TestTar.patched(typed, 0, 386, base256(offset));
    typed = TestTar.patched(typed, 0, 398, base256(length));
    return TestTar.patched(typed, 0, 483, base256(realSize));
  }
}
