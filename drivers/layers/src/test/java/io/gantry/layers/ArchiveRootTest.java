package io.gantry.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.layers.tar.TarEntry;
import io.gantry.layers.tar.TarReader;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.mount.Mounts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names and links as the reference dockerd 28 answers them for the same tree. */
class ArchiveRootTest {

  private static final ExtractOptions ANY = new ExtractOptions(Optional.empty(), false);

  @TempDir Path scratch;

  private Path tree;
  private ArchiveRoot root;

  @BeforeEach
  void makeTree() throws IOException {
    tree = Files.createDirectory(scratch.resolve("tree"));
    byte[] tar =
        new TestTar()
            .directory("d")
            .directory("d/e")
            .file("d/f", "hi\n")
            .symlink("d/l", "f")
            .symlink("ld", "d")
            .symlink("abs", "../../../../etc")
            .symlink("loop", "loop")
            .directory("etc")
            .bytes();
    LayerApplier.apply(new ByteArrayInputStream(tar), new LayerTarget.Plain(tree));
    root = ArchiveRoot.open(tree);
  }

  @AfterEach
  void close() {
    root.close();
  }

  private List<String> archived(String path) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    root.archive(path, out);
    TarReader reader = new TarReader(new ByteArrayInputStream(out.toByteArray()));
    List<String> names = new ArrayList<>();
    for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
      names.add(next.get().name());
    }
    return names;
  }

  @ParameterizedTest
  @CsvSource({
    "/d,   d,  DIRECTORY, ''",
    "/d/,  d,  DIRECTORY, ''",
    "/d/., .,  DIRECTORY, ''",
    "/d/f, f,  REGULAR,   ''",
    "/d/l, l,  LINK,      /d/f",
    "/ld,  ld, LINK,      /d",
    "/ld/, ld, DIRECTORY, ''",
    "/ld/., ., DIRECTORY, ''",
    "/ld/f, f, REGULAR,   ''",
    "/,    /,  DIRECTORY, ''",
    "/abs, abs, LINK,     /etc",
    "d/../ld, ld, LINK,   /d"
  })
  void stat(String path, String name, String type, String linkTarget) throws IOException {
    PathStat stat = root.stat(path).orElseThrow();
    assertThat(stat.name()).isEqualTo(name);
    assertThat(stat.stat().type())
        .isEqualTo(
            switch (type) {
              case "DIRECTORY" -> FileStat.DIRECTORY;
              case "LINK" -> FileStat.SYMBOLIC_LINK;
              default -> FileStat.REGULAR;
            });
    assertThat(stat.linkTarget()).isEqualTo(linkTarget);
  }

  @ParameterizedTest
  @CsvSource({
    "/d,    d/ d/e/ d/f d/l",
    "/d/,   d/ d/e/ d/f d/l",
    "/d/.,  ./ ./e/ ./f ./l",
    "/d/f,  f",
    "/d/l,  l",
    "/ld,   ld",
    "/ld/,  ld/ ld/e/ ld/f ld/l",
    "/ld/., ./ ./e/ ./f ./l",
    "/abs,  abs",
    "/,     / /abs /d/ /d/e/ /d/f /d/l /etc/ /ld /loop"
  })
  void archive(String path, String names) throws IOException {
    assertThat(archived(path)).containsExactly(names.split(" "));
  }

  @Test
  void whatIsNotThereIsSaid() throws IOException {
    assertThat(root.stat("/absent")).isEmpty();
    assertThat(root.stat("/absent/f")).isEmpty();
    assertThatThrownBy(() -> root.archive("/absent", new ByteArrayOutputStream()))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
    assertThatThrownBy(() -> root.extract("/absent", tar("f"), ANY))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
    assertThatThrownBy(() -> root.extract("/d/f", tar("f"), ANY))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOTDIR));
    assertThatThrownBy(() -> root.stat("/loop/x"))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ELOOP));
  }

  private static ByteArrayInputStream tar(String name) {
    return new ByteArrayInputStream(new TestTar().file(name, "new").bytes());
  }

  @Test
  void extractsThroughLinksWithinTheRoot() throws IOException {
    root.extract("/ld", tar("through"), ANY);
    assertThat(tree.resolve("d/through")).hasContent("new");
    root.extract("/abs", tar("passwd"), ANY);
    assertThat(tree.resolve("etc/passwd")).hasContent("new");
    root.extract("/", tar("ld/below"), ANY);
    assertThat(tree.resolve("d/below")).hasContent("new");
  }

  @Test
  void namesThatLookLikeWhiteoutsAreFiles() throws IOException {
    root.extract("/d", tar(".wh.f"), ANY);
    assertThat(tree.resolve("d/.wh.f")).hasContent("new");
    assertThat(tree.resolve("d/f")).exists();
  }

  @Test
  void theOwnerCanBeGiven() throws IOException {
    ExtractOptions options = new ExtractOptions(Optional.of(new Owner(7, 8)), false);
    byte[] tar = new TestTar().directory("o").file("o/f", "x").symlink("o/l", "f").bytes();
    root.extract("/d", new ByteArrayInputStream(tar), options);
    for (String name : List.of("o", "o/f", "o/l")) {
      var attributes =
          Files.readAttributes(
              tree.resolve("d").resolve(name), "unix:uid,gid", LinkOption.NOFOLLOW_LINKS);
      assertThat(attributes).containsEntry("uid", 7).containsEntry("gid", 8);
    }
  }

  @Test
  void kindsAreKeptWhenWished() throws IOException {
    ExtractOptions keep = new ExtractOptions(Optional.empty(), true);
    byte[] fileOverDirectory = new TestTar().file("e", "x").bytes();
    byte[] directoryOverFile = new TestTar().directory("f").bytes();
    assertThatThrownBy(() -> root.extract("/d", new ByteArrayInputStream(fileOverDirectory), keep))
        .isInstanceOf(KindConflictException.class)
        .hasMessage("cannot overwrite directory \"e\" with non-directory \"/d\"");
    assertThatThrownBy(() -> root.extract("/d", new ByteArrayInputStream(directoryOverFile), keep))
        .isInstanceOf(KindConflictException.class)
        .hasMessage("cannot overwrite non-directory \"f\" with directory \"/d\"");
    assertThat(tree.resolve("d/e")).isDirectory();
    assertThat(tree.resolve("d/f")).hasContent("hi");
    root.extract("/d", new ByteArrayInputStream(fileOverDirectory), ANY);
    root.extract("/d", new ByteArrayInputStream(directoryOverFile), ANY);
    assertThat(tree.resolve("d/e")).hasContent("x");
    assertThat(tree.resolve("d/f")).isDirectory();
  }

  /**
   * CVE-2018-15664: a process in the container exchanges a directory for a link to the host while
   * files are copied.
   */
  @Test
  @Timeout(60)
  void racingLinksLeadNowhereElse() throws Exception {
    Path outside = Files.createDirectory(scratch.resolve("outside"));
    Files.writeString(outside.resolve("f"), "host secret");
    SortedMap<String, String> before = Trees.describe(outside);
    try (Directory live = Directory.open(tree)) {
      live.makeDirectory("race", 0755);
      live.makeSymbolicLink("race.link", outside.toString());
      Files.writeString(tree.resolve("race/f"), "inside");
    }
    AtomicBoolean stop = new AtomicBoolean();
    Thread attacker =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (Directory live = Directory.open(tree)) {
                    while (!stop.get()) {
                      live.exchange("race", live, "race.link");
                    }
                  } catch (ErrnoException e) {
                    throw new IllegalStateException(e);
                  }
                });
    try {
      byte[] tar =
          new TestTar().directory("sub").file("f", "written").file("sub/f", "written").bytes();
      Instant end = Instant.now().plus(Duration.ofSeconds(5));
      int written = 0;
      while (Instant.now().isBefore(end)) {
        try {
          root.extract("/race", new ByteArrayInputStream(tar), ANY);
          written++;
        } catch (IOException e) {
          assertThat(e.getMessage()).isNotNull();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
          root.archive("/race/.", out);
        } catch (IOException e) {
          assertThat(e.getMessage()).isNotNull();
        }
        assertThat(out.toString(StandardCharsets.ISO_8859_1)).doesNotContain("host secret");
      }
      assertThat(written).isPositive();
    } finally {
      stop.set(true);
      attacker.join();
    }
    assertThat(Trees.describe(outside)).isEqualTo(before);
  }

  @Test
  void longFilesAndWhatFollowsThemAreWrittenExactly() throws IOException {
    byte[] content = new byte[5 << 20];
    new Random(7).nextBytes(content);
    String text = new String(content, StandardCharsets.ISO_8859_1);
    byte[] tar = new TestTar().file("long", text).file("short", "s").file("again", text).bytes();

    root.extract("/d", new ByteArrayInputStream(tar), ANY);

    byte[] stored = text.getBytes(StandardCharsets.UTF_8);
    assertThat(tree.resolve("d/long")).hasBinaryContent(stored);
    assertThat(tree.resolve("d/short")).hasContent("s");
    assertThat(tree.resolve("d/again")).hasBinaryContent(stored);
  }

  @Test
  void aLongFileThatFindsNoRoomFails() throws IOException {
    Path small = Files.createDirectory(scratch.resolve("small"));
    Mounts.mount("tmpfs", "tmpfs", small, List.of("size=2m"));
    try (ArchiveRoot full = ArchiveRoot.open(small)) {
      byte[] tar = new TestTar().file("long", "x".repeat(5 << 20)).bytes();

      assertThatThrownBy(() -> full.extract("/", new ByteArrayInputStream(tar), ANY))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("\"long\"")
          .hasMessageContaining("no space left on device");
    } finally {
      Mounts.detach(small);
    }
  }
}
