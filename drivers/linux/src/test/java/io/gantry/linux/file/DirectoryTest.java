package io.gantry.linux.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Memory;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryTest {

  @TempDir Path path;

  private Directory directory;

  @BeforeEach
  void open() throws ErrnoException {
    directory = Directory.open(path);
  }

  @AfterEach
  void close() {
    directory.close();
  }

  private static void assertErrno(int errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  private void touch(String name) throws ErrnoException {
    directory.open(name, OpenFlag.CREATE | OpenFlag.WRITE_ONLY, 0600).close();
  }

  @Test
  void pathsAreResolvedInTheRoot() throws Exception {
    directory.makeDirectory("etc", 0755);
    directory.makeSymbolicLink("up", "../../../../../../etc");
    directory.makeSymbolicLink("absolute", "/etc");
    for (String way :
        new String[] {"up/f", "absolute/f", "../../etc/f", "/etc/f", "etc/../etc/f"}) {
      directory.openInRoot(way, OpenFlag.CREATE | OpenFlag.WRITE_ONLY, 0600).close();
      assertThat(path.resolve("etc/f")).as(way).exists();
      Files.delete(path.resolve("etc/f"));
    }
    assertErrno(Errno.ENOENT, () -> directory.openInRoot("up/passwd", OpenFlag.READ_ONLY, 0));
  }

  @Test
  void magicLinksAreRefused() throws Exception {
    try (Directory proc = Directory.open(Path.of("/proc/self"))) {
      assertErrno(Errno.ELOOP, () -> proc.openInRoot("root/etc", OpenFlag.READ_ONLY, 0));
      assertErrno(Errno.ELOOP, () -> proc.openInRoot("cwd", OpenFlag.PATH, 0));
    }
  }

  @Test
  void linksUnderANameAreNotFollowed() throws Exception {
    Path outside = Files.createTempFile("gantry", "outside");
    try {
      directory.makeSymbolicLink("link", outside.toString());
      assertErrno(Errno.ELOOP, () -> directory.open("link", OpenFlag.READ_ONLY, 0));
      directory.chown("link", 7, 8);
      directory.setTimes("link", FileTimes.both(5, 6));
      FileStat stat = directory.stat("link");
      assertThat(stat.isSymbolicLink()).isTrue();
      assertThat(stat.uid()).isEqualTo(7);
      assertThat(stat.mtime()).isEqualTo(5);
      assertErrno(Errno.EOPNOTSUPP, () -> directory.chmod("link", 0777));
      assertThat(Files.getAttribute(outside, "unix:uid")).isEqualTo(0);
    } finally {
      Files.delete(outside);
    }
  }

  @Test
  void attributesAreSetAndRead() throws Exception {
    touch("f");
    directory.chown("f", -2, 70_000);
    directory.chmod("f", 06751);
    directory.setTimes("f", new FileTimes(1, 2, -3, 4));
    directory.xattrs("f").set("user.small", new byte[] {0, 1});
    directory.xattrs("f").set("trusted.large", new byte[2000]);
    FileStat stat = directory.stat("f");
    assertThat(stat.uid()).isEqualTo(-2);
    assertThat(stat.gid()).isEqualTo(70_000);
    assertThat(stat.permissions()).isEqualTo(06751);
    assertThat(stat.mtime()).isEqualTo(-3);
    assertThat(stat.mtimeNanos()).isEqualTo(4);
    Xattrs xattrs = directory.xattrs("f");
    assertThat(xattrs.names()).containsExactlyInAnyOrder("user.small", "trusted.large");
    assertThat(xattrs.get("user.small").orElseThrow()).containsExactly(0, 1);
    assertThat(xattrs.get("trusted.large").orElseThrow()).hasSize(2000);
    assertThat(xattrs.get("user.absent")).isEmpty();
    xattrs.remove("user.small");
    assertThat(xattrs.names()).containsExactly("trusted.large");
  }

  @Test
  void nodesHaveTheirDevice() throws Exception {
    directory.makeNode("n", FileStat.CHARACTER_DEVICE | 0600, FileStat.packDevice(4095, 1_048_575));
    FileStat stat = directory.stat("n");
    assertThat(stat.type()).isEqualTo(FileStat.CHARACTER_DEVICE);
    assertThat(FileStat.major(stat.rdev())).isEqualTo(4095);
    assertThat(FileStat.minor(stat.rdev())).isEqualTo(1_048_575);
    assertThat(Files.getAttribute(path.resolve("n"), "unix:rdev", LinkOption.NOFOLLOW_LINKS))
        .isEqualTo(stat.rdev());
  }

  @Test
  void largeDirectoriesAreListedWhole() throws Exception {
    for (int i = 0; i < 3000; i++) {
      touch("file-with-a-name-" + i);
    }
    directory.makeDirectory("d", 0755);
    assertThat(directory.list()).hasSize(3001);
    assertThat(directory.list())
        .contains(new DirectoryEntry("d", FileStat.DIRECTORY, directory.stat("d").inode()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "61",
        "c3bc",
        "ff",
        "e282ac80",
        "eda080",
        "f09f9880",
        "c080",
        "f4908080",
        "61ff62c3",
        "edb2bf",
        "efbfbd",
        "efbfbdff"
      })
  void everyNameSurvivesTheWayThroughAString(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    assertThat(FileName.toBytes(FileName.fromBytes(bytes))).isEqualTo(bytes);
  }

  @Test
  void namesThatAreNotUtf8CanBeUsed() throws Exception {
    String name = FileName.fromBytes(new byte[] {'x', (byte) 0xFF, (byte) 0x80});
    touch(name);
    assertThat(directory.list()).extracting(DirectoryEntry::name).containsExactly(name);
    directory.removeFile(name);
    assertThat(directory.list()).isEmpty();
  }

  @Test
  void renamesReplaceOrExchange() throws Exception {
    touch("a");
    touch("b");
    FileStat a = directory.stat("a");
    FileStat b = directory.stat("b");
    directory.exchange("a", directory, "b");
    assertThat(directory.stat("a").inode()).isEqualTo(b.inode());
    directory.rename("b", directory, "a");
    assertThat(directory.stat("a").inode()).isEqualTo(a.inode());
    assertThat(directory.find("b")).isEmpty();
  }

  @Test
  void deletingATreeFollowsNoLinksAndKnowsNoDepth() throws Exception {
    Path outside = Files.createTempDirectory("gantry");
    try {
      Files.createFile(outside.resolve("kept"));
      directory.makeDirectory("deep", 0755);
      Directory at = directory.openDirectory("deep");
      for (int i = 0; i < 1500; i++) {
        at.makeSymbolicLink("link", outside.toString());
        at.makeDirectory("d".repeat(30), 0755);
        Directory below = at.openDirectory("d".repeat(30));
        at.close();
        at = below;
      }
      at.close();
      directory.deleteTree("deep");
      assertThat(directory.list()).isEmpty();
      directory.deleteTree("absent");
      assertThat(outside.resolve("kept")).exists();
    } finally {
      Files.deleteIfExists(outside.resolve("kept"));
      Files.delete(outside);
    }
  }

  @Test
  void aPathIsDeletedWithAllBelowItAndMayBeAbsent(@TempDir Path parent) throws Exception {
    Path tree = Files.createDirectories(parent.resolve("tree/below")).getParent();
    Path outside = Files.createDirectory(parent.resolve("outside"));
    Files.createFile(outside.resolve("kept"));
    Files.createSymbolicLink(tree.resolve("link"), outside);
    Directory.deleteTree(tree);
    assertThat(tree).doesNotExist();
    assertThat(outside.resolve("kept")).exists();
    Directory.deleteTree(tree);
    Directory.deleteTree(parent.resolve("no/such/parent"));
    Path file = Files.createFile(parent.resolve("file"));
    Directory.deleteTree(file);
    assertThat(file).doesNotExist();
  }

  @Test
  void holesAreFound() throws Exception {
    Deque<Long> found = new ArrayDeque<>();
    try (Fd fd = directory.open("f", OpenFlag.CREATE | OpenFlag.READ_WRITE, 0600);
        Memory memory = new Memory(4096)) {
      memory.setMemory(0, 4096, (byte) 1);
      fd.seek(1 << 20);
      fd.write(memory, 4096);
      fd.truncate(4 << 20);
      found.add(fd.seekData(0));
      found.add(fd.seekHole(1 << 20));
      found.add(fd.seekData(2 << 20));
    }
    assertThat(found).containsExactly(1L << 20, (1L << 20) + 4096, -1L);
  }

  @Test
  void syncingWorksOnVirtualThreadsToo() throws Exception {
    Throwable[] failure = {null};
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    directory.fd().sync();
                    directory.fd().syncFileSystem();
                  } catch (ErrnoException | RuntimeException e) {
                    failure[0] = e;
                  }
                });
    thread.join();
    assertThat(failure[0]).isNull();
  }

  @Test
  void aClosedDescriptorIsNotUsed() throws Exception {
    Fd fd = directory.open(".", OpenFlag.DIRECTORY, 0);
    fd.close();
    fd.close();
    assertThatThrownBy(fd::stat).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void usageCountsLinkedFilesOnce() throws Exception {
    Files.write(path.resolve("a"), new byte[10_000]);
    directory.makeLink("b", directory, "a");
    directory.makeDirectory("d", 0755);
    Files.write(path.resolve("d/c"), new byte[5]);
    assertThat(TreeUsage.of(directory)).isEqualTo(new TreeUsage(10_005, 4));
  }
}
