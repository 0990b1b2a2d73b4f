package io.gantry.plugins.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gantry.plugins.DriverContext;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of {@link StorageDriver} as tests, for any driver: extend it, and say by {@link
 * SnapshotFixture} how to open the driver and how to mount. Needs root.
 */
public abstract class StorageDriverConformance implements SnapshotFixture {

  @TempDir Path scratch;

  private DriverContext context;
  private final List<Path> mounted = new ArrayList<>();
  private StorageDriver driver;
  private int mountPoints;

  @BeforeEach
  void openDriver() throws IOException {
    context =
        new DriverContext(dataDirectory(scratch), Files.createDirectory(scratch.resolve("run")));
    driver = open(context, Map.of());
  }

  @AfterEach
  void closeDriver() throws IOException {
    for (Path target : List.copyOf(mounted).reversed()) {
      unmount(target);
    }
    driver.close();
  }

  /** The driver of the test that is running. */
  protected final StorageDriver driver() {
    return driver;
  }

  protected final DriverContext context() {
    return context;
  }

  /** As after the daemon was ended and started. */
  protected final void reopen() {
    driver.close();
    driver = open(context, Map.of());
  }

  protected final Path mounted(String key) throws IOException {
    Path target = Files.createDirectory(scratch.resolve("mnt" + mountPoints++));
    mount(driver.mounts(key), target);
    mounted.add(target);
    return target;
  }

  protected final void unmounted(Path target) throws IOException {
    unmount(target);
    mounted.remove(target);
  }

  /** Something done to the files of a mounted snapshot. */
  protected interface Filling {
    void in(Path root) throws IOException;
  }

  /** Makes a committed snapshot. */
  protected final void layer(String name, String parent, Filling filling) throws IOException {
    String key = "filling " + name;
    driver.prepare(key, parent, Map.of());
    Path root = mounted(key);
    filling.in(root);
    unmounted(root);
    driver.commit(name, key);
  }

  private void container(String key, String parent, Filling filling) throws IOException {
    driver.prepare(key, parent, Map.of());
    Path root = mounted(key);
    filling.in(root);
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static Set<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      Set<String> names = new HashSet<>();
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
      return names;
    }
  }

  private static void assertFails(Kind kind, String named, Runnable action) {
    DriverException failure = catchThrowableOfType(DriverException.class, action::run);
    assertThat(failure).as("fails with %s", kind).isNotNull();
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure).hasMessageContaining(named);
  }

  @Test
  void aPreparedSnapshotIsAnEmptyWritableTree() throws IOException {
    driver.prepare("c", StorageDriver.NO_PARENT, Map.of());
    Path root = mounted("c");
    assertThat(names(root)).isEmpty();
    assertThat(Files.getPosixFilePermissions(root))
        .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
    write(root.resolve("dir/file"), "text");
    assertThat(root.resolve("dir/file")).hasContent("text");
  }

  @Test
  void aChildSeesItsParentAndChangesOnlyItself() throws IOException {
    layer("base", "", root -> write(root.resolve("a"), "base"));
    layer("top", "base", root -> write(root.resolve("b"), "top"));
    driver.prepare("one", "top", Map.of());
    driver.prepare("two", "top", Map.of());
    Path one = mounted("one");
    Path two = mounted("two");
    assertThat(one.resolve("a")).hasContent("base");
    write(one.resolve("a"), "changed");
    Files.delete(one.resolve("b"));
    assertThat(two.resolve("a")).hasContent("base");
    assertThat(two.resolve("b")).hasContent("top");
  }

  @Test
  void aViewShowsItsParentReadOnly() throws IOException {
    layer("base", "", root -> write(root.resolve("a"), "base"));
    layer("top", "base", root -> write(root.resolve("b"), "top"));
    for (String parent : List.of("", "base", "top")) {
      driver.view("view of " + parent, parent);
      assertThat(driver.mounts("view of " + parent)).allMatch(MountSpec::readOnly);
      Path root = mounted("view of " + parent);
      assertThatThrownBy(() -> Files.writeString(root.resolve("new"), ""))
          .hasMessageContaining("Read-only file system");
      assertThat(names(root))
          .isEqualTo(
              switch (parent) {
                case "" -> Set.of();
                case "base" -> Set.of("a");
                default -> Set.of("a", "b");
              });
    }
  }

  @Test
  void deletedFilesAndDirectoriesStayDeleted() throws IOException {
    layer(
        "base",
        "",
        root -> {
          write(root.resolve("file"), "x");
          write(root.resolve("dir/inner"), "x");
          write(root.resolve("kept/inner"), "x");
        });
    layer(
        "top",
        "base",
        root -> {
          Files.delete(root.resolve("file"));
          Files.delete(root.resolve("dir/inner"));
          Files.delete(root.resolve("dir"));
          Files.delete(root.resolve("kept/inner"));
        });
    driver.prepare("c", "top", Map.of());
    Path root = mounted("c");
    assertThat(names(root)).containsExactly("kept");
    assertThat(names(root.resolve("kept"))).isEmpty();
  }

  @Test
  void aDirectoryMadeAnewDoesNotShowWhatTheOldOneHeld() throws IOException {
    layer(
        "base",
        "",
        root -> {
          write(root.resolve("dir/old"), "x");
          write(root.resolve("file"), "x");
        });
    layer(
        "top",
        "base",
        root -> {
          Files.delete(root.resolve("dir/old"));
          Files.delete(root.resolve("dir"));
          write(root.resolve("dir/new"), "x");
          Files.delete(root.resolve("file"));
          write(root.resolve("file/inner"), "x");
        });
    driver.view("v", "top");
    Path root = mounted("v");
    assertThat(names(root.resolve("dir"))).containsExactly("new");
    assertThat(names(root.resolve("file"))).containsExactly("inner");
  }

  @Test
  void renamesOfFilesAreSeen() throws IOException {
    layer("base", "", root -> write(root.resolve("dir/a"), "text"));
    layer("top", "base", root -> Files.move(root.resolve("dir/a"), root.resolve("dir/b")));
    driver.view("v", "top");
    assertThat(names(mounted("v").resolve("dir"))).containsExactly("b");
  }

  @Test
  void ownersModesTimesLinksAndAttributesAreKept() throws IOException {
    layer(
        "base",
        "",
        root -> {
          write(root.resolve("file"), "text");
          Files.setAttribute(root.resolve("file"), "unix:uid", 1234);
          Files.setAttribute(root.resolve("file"), "unix:gid", 4321);
          Files.setAttribute(root.resolve("file"), "unix:mode", 04750);
          Files.setLastModifiedTime(root.resolve("file"), FileTime.fromMillis(1_000_000_000L));
          Files.createLink(root.resolve("hard"), root.resolve("file"));
          Files.createSymbolicLink(root.resolve("soft"), Path.of("/nowhere"));
        });
    layer("top", "base", root -> write(root.resolve("other"), ""));
    driver.view("v", "top");
    Path root = mounted("v");
    Map<String, Object> file = Files.readAttributes(root.resolve("file"), "unix:*");
    assertThat(file.get("mode")).isEqualTo(0104750);
    assertThat(file.get("uid")).isEqualTo(1234);
    assertThat(file.get("gid")).isEqualTo(4321);
    assertThat(file.get("nlink")).isEqualTo(2);
    assertThat(file.get("lastModifiedTime")).isEqualTo(FileTime.fromMillis(1_000_000_000L));
    assertThat(Files.isSameFile(root.resolve("file"), root.resolve("hard"))).isTrue();
    assertThat(Files.readSymbolicLink(root.resolve("soft"))).isEqualTo(Path.of("/nowhere"));
    assertThat(Files.isSymbolicLink(root.resolve("soft"))).isTrue();
  }

  @Test
  void changingAHardLinkedFileLeavesTheLayerBelowAsItIs() throws IOException {
    layer(
        "base",
        "",
        root -> {
          write(root.resolve("a"), "old");
          Files.createLink(root.resolve("b"), root.resolve("a"));
        });
    layer("top", "base", root -> write(root.resolve("b"), "new"));
    driver.view("below", "base");
    assertThat(mounted("below").resolve("b")).hasContent("old");
    driver.view("above", "top");
    assertThat(mounted("above").resolve("b")).hasContent("new");
  }

  @Test
  void theRootDirectoryLooksLikeTheParents() throws IOException {
    layer(
        "base",
        "",
        root -> {
          Files.setAttribute(root, "unix:mode", 0711);
          Files.setAttribute(root, "unix:uid", 7);
        });
    layer("top", "base", root -> write(root.resolve("f"), ""));
    driver.prepare("c", "top", Map.of());
    Map<String, Object> root = Files.readAttributes(mounted("c"), "unix:mode,uid");
    assertThat(root.get("mode")).isEqualTo(040711);
    assertThat(root.get("uid")).isEqualTo(7);
  }

  @Test
  void aHundredLayersCanBeStacked() throws IOException {
    String parent = "";
    for (int i = 0; i < 125; i++) {
      int number = i;
      String name = "layer " + i;
      driver.prepare("filling", parent, Map.of());
      if (number % 25 == 0) {
        Path root = mounted("filling");
        write(root.resolve("f" + number), "layer " + number);
        unmounted(root);
      }
      driver.commit(name, "filling");
      parent = name;
    }
    driver.prepare("c", parent, Map.of());
    Path root = mounted("c");
    assertThat(names(root)).containsExactlyInAnyOrder("f0", "f25", "f50", "f75", "f100");
    write(root.resolve("f0"), "changed");
    assertThat(root.resolve("f100")).hasContent("layer 100");
  }

  @Test
  void tooManyLayersAreRefusedByName() {
    DriverException failure =
        catchThrowableOfType(
            DriverException.class,
            () -> {
              String parent = "";
              for (int i = 0; i < 1000; i++) {
                driver.prepare("k" + i, parent, Map.of());
                parent = "layer " + i;
                driver.commit(parent, "k" + i);
              }
            });
    if (failure != null) {
      assertThat(failure).hasMessageContaining("max depth exceeded");
      assertThat(driver.walk()).allMatch(s -> s.kind() == SnapshotKind.COMMITTED);
    }
  }

  @Test
  void keysAreArbitrary() throws IOException {
    List<String> keys =
        List.of(
            "sha256:" + "ab".repeat(32),
            "a/b/../../c",
            ".",
            "..",
            "with space\nand newline",
            "ünï-ç☃\uD83D\uDE00",
            "-rf",
            "x".repeat(255));
    for (String key : keys) {
      driver.prepare(key, "", Map.of());
    }
    reopen();
    for (String key : keys) {
      assertThat(driver.stat(key).orElseThrow().key()).isEqualTo(key);
    }
    assertThat(driver.walk()).extracting(Snapshot::key).containsExactlyInAnyOrderElementsOf(keys);
    for (String key : keys) {
      driver.remove(key);
    }
    assertThat(driver.walk()).isEmpty();
  }

  @Test
  void keysThatCannotBeAreRefused() {
    for (String key : List.of("", "x".repeat(256), "a\0b")) {
      assertFails(Kind.INVALID, "key", () -> driver.prepare(key, "", Map.of()));
      assertFails(Kind.INVALID, "key", () -> driver.view(key, ""));
    }
    driver.prepare("k", "", Map.of());
    assertFails(Kind.INVALID, "key", () -> driver.commit("", "k"));
    assertThat(driver.walk()).hasSize(1);
  }

  @Test
  void aKeyInUseIsRefused() throws IOException {
    layer("base", "", root -> {});
    driver.prepare("k", "base", Map.of());
    assertFails(Kind.CONFLICT, "k", () -> driver.prepare("k", "", Map.of()));
    assertFails(Kind.CONFLICT, "k", () -> driver.view("k", "base"));
    assertFails(Kind.CONFLICT, "base", () -> driver.prepare("base", "", Map.of()));
    assertFails(Kind.CONFLICT, "base", () -> driver.commit("base", "k"));
    assertThat(driver.stat("k").orElseThrow().parent()).contains("base");
  }

  @Test
  void onlyCommittedSnapshotsAreParents() {
    driver.prepare("active", "", Map.of());
    driver.view("view", "");
    assertFails(Kind.CONFLICT, "active", () -> driver.prepare("k", "active", Map.of()));
    assertFails(Kind.CONFLICT, "view", () -> driver.prepare("k", "view", Map.of()));
    assertFails(Kind.NOT_FOUND, "absent", () -> driver.prepare("k", "absent", Map.of()));
    assertFails(Kind.NOT_FOUND, "absent", () -> driver.view("k", "absent"));
    assertThat(driver.stat("k")).isEmpty();
  }

  @Test
  void onlyActiveSnapshotsAreCommitted() throws IOException {
    layer("base", "", root -> {});
    driver.view("view", "base");
    assertFails(Kind.CONFLICT, "view", () -> driver.commit("n", "view"));
    assertFails(Kind.CONFLICT, "base", () -> driver.commit("n", "base"));
    assertFails(Kind.NOT_FOUND, "absent", () -> driver.commit("n", "absent"));
    assertThat(driver.stat("n")).isEmpty();
  }

  @Test
  void aCommitMovesTheSnapshotToItsName() throws IOException {
    layer("base", "", root -> {});
    driver.prepare("k", "base", Map.of());
    assertThat(driver.stat("k").orElseThrow().kind()).isEqualTo(SnapshotKind.ACTIVE);
    driver.commit("n", "k");
    assertThat(driver.stat("k")).isEmpty();
    Snapshot committed = driver.stat("n").orElseThrow();
    assertThat(committed.kind()).isEqualTo(SnapshotKind.COMMITTED);
    assertThat(committed.parent()).contains("base");
    driver.prepare("k", "n", Map.of());
  }

  @Test
  void removingWhatHasChildrenIsRefused() throws IOException {
    layer("base", "", root -> write(root.resolve("f"), "x"));
    driver.prepare("c", "base", Map.of());
    driver.view("v", "base");
    assertFails(Kind.CONFLICT, "base", () -> driver.remove("base"));
    driver.remove("c");
    assertFails(Kind.CONFLICT, "base", () -> driver.remove("base"));
    driver.remove("v");
    driver.remove("base");
    assertThat(driver.walk()).isEmpty();
  }

  @Test
  void removingWhatIsNotThereIsFine() {
    driver.remove("absent");
    driver.prepare("k", "", Map.of());
    driver.remove("k");
    driver.remove("k");
    driver.prepare("k", "", Map.of());
    assertThat(driver.stat("k")).isPresent();
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertThat(driver.stat("absent")).isEmpty();
    assertFails(Kind.NOT_FOUND, "absent", () -> driver.mounts("absent"));
    assertFails(Kind.NOT_FOUND, "absent", () -> driver.usage("absent"));
    assertFails(Kind.NOT_FOUND, "absent", () -> driver.details("absent"));
  }

  @Test
  void unknownOptionsAreRefusedByName() {
    assertThatThrownBy(() -> driver.prepare("k", "", Map.of("sizzle", "1")))
        .isInstanceOf(DriverException.class)
        .hasMessageContaining("sizzle");
    assertThat(driver.stat("k")).isEmpty();
    driver.close();
    assertFails(Kind.INVALID, "sizzle", () -> open(context, Map.of("sizzle", "1")).close());
    driver = open(context, Map.of());
  }

  @Test
  void everythingIsThereAfterReopening() throws IOException {
    layer("base", "", root -> write(root.resolve("f"), "base"));
    driver.prepare("c", "base", Map.of());
    Path before = mounted("c");
    write(before.resolve("g"), "mine");
    unmounted(before);
    driver.view("v", "base");
    List<MountSpec> mounts = driver.mounts("c");
    Usage usage = driver.usage("base");
    reopen();
    assertThat(driver.walk())
        .containsExactlyInAnyOrder(
            new Snapshot("base", SnapshotKind.COMMITTED, Optional.empty()),
            new Snapshot("c", SnapshotKind.ACTIVE, Optional.of("base")),
            new Snapshot("v", SnapshotKind.VIEW, Optional.of("base")));
    assertThat(driver.mounts("c")).isEqualTo(mounts);
    assertThat(driver.usage("base")).isEqualTo(usage);
    Path after = mounted("c");
    assertThat(after.resolve("g")).hasContent("mine");
    assertThat(after.resolve("f")).hasContent("base");
  }

  @Test
  void aSnapshotThatIsInUseSurvivesReopening() throws IOException {
    layer("base", "", root -> write(root.resolve("f"), "base"));
    driver.prepare("c", "base", Map.of());
    Path root = mounted("c");
    reopen();
    write(root.resolve("g"), "written after");
    assertThat(root.resolve("f")).hasContent("base");
    assertThat(driver.stat("c")).isPresent();
  }

  @Test
  void syncCanBeCalledAnyTime() throws IOException {
    driver.sync();
    layer("base", "", root -> write(root.resolve("f"), "base"));
    driver.sync();
    driver.sync();
    reopen();
    assertThat(driver.stat("base")).isPresent();
    driver.sync();
  }

  @Test
  void usageCountsWhatASnapshotItselfTakes() throws IOException {
    byte[] megabyte = new byte[1 << 20];
    Arrays.fill(megabyte, (byte) 7);
    layer(
        "base",
        "",
        root -> {
          Files.write(root.resolve("a"), megabyte);
          Files.createLink(root.resolve("b"), root.resolve("a"));
        });
    layer("top", "base", root -> write(root.resolve("small"), "x"));
    assertThat(driver.usage("base").bytes()).isEqualTo(1 << 20);
    assertThat(driver.usage("base").inodes()).isBetween(1L, 8L);
    assertThat(driver.usage("top").bytes()).isEqualTo(1);
    driver.prepare("c", "top", Map.of());
    Path root = mounted("c");
    assertThat(driver.usage("c").bytes()).isZero();
    Files.write(root.resolve("more"), megabyte);
    assertThat(driver.usage("c").bytes()).isEqualTo(1 << 20);
    Files.writeString(root.resolve("a"), "as long as its text");
    assertThat(driver.usage("c").bytes()).isEqualTo((1 << 20) + 19);
  }

  @Test
  void changesAreToldAsDockerTellsThem() throws IOException {
    layer(
        "base",
        "",
        root -> {
          write(root.resolve("etc/kept"), "x");
          write(root.resolve("etc/changed"), "x");
          write(root.resolve("gone/inner"), "x");
          write(root.resolve("anew/old"), "x");
        });
    container(
        "c",
        "base",
        root -> {
          write(root.resolve("etc/changed"), "longer");
          Files.delete(root.resolve("gone/inner"));
          Files.delete(root.resolve("gone"));
          write(root.resolve("made/inner"), "x");
          Files.delete(root.resolve("anew/old"));
          Files.delete(root.resolve("anew"));
          write(root.resolve("anew/new"), "x");
        });
    driver
        .changes("c")
        .ifPresent(
            changes ->
                assertThat(changes)
                    .containsExactly(
                        new Change("/anew", Change.Kind.MODIFIED),
                        new Change("/anew/new", Change.Kind.ADDED),
                        new Change("/anew/old", Change.Kind.DELETED),
                        new Change("/etc", Change.Kind.MODIFIED),
                        new Change("/etc/changed", Change.Kind.MODIFIED),
                        new Change("/gone", Change.Kind.DELETED),
                        new Change("/made", Change.Kind.ADDED),
                        new Change("/made/inner", Change.Kind.ADDED)));
  }

  @Test
  void nothingDoneIsNoChange() throws IOException {
    layer("base", "", root -> write(root.resolve("f"), "x"));
    driver.prepare("c", "base", Map.of());
    driver.view("v", "base");
    driver.changes("c").ifPresent(changes -> assertThat(changes).isEmpty());
    driver.changes("v").ifPresent(changes -> assertThat(changes).isEmpty());
  }

  @Test
  void manyPrepareAtOnce() throws Exception {
    layer("base", "", root -> write(root.resolve("f"), "base"));
    inParallel(
        32,
        i -> {
          for (int round = 0; round < 10; round++) {
            driver.prepare("c" + i + "." + round, "base", Map.of());
          }
          driver.remove("c" + i + ".0");
          driver.prepare("k" + i, "base", Map.of());
          driver.commit("l" + i, "k" + i);
          return true;
        });
    assertThat(driver.walk()).hasSize(1 + 32 * 10);
    reopen();
    assertThat(driver.walk()).hasSize(1 + 32 * 10);
  }

  @Test
  void ofManyWhoWantAKeyOneGetsIt() throws Exception {
    layer("base", "", root -> {});
    List<Boolean> prepared =
        inParallel(16, i -> succeeds(() -> driver.prepare("k", "base", Map.of())));
    assertThat(prepared).filteredOn(ok -> ok).hasSize(1);
    List<Boolean> committed = inParallel(16, i -> succeeds(() -> driver.commit("n", "k")));
    assertThat(committed).filteredOn(ok -> ok).hasSize(1);
    assertThat(driver.walk()).hasSize(2);
    reopen();
    assertThat(driver.walk()).extracting(Snapshot::key).containsExactlyInAnyOrder("base", "n");
  }

  @Test
  void aParentIsEitherRemovedOrUsed() throws Exception {
    for (int round = 0; round < 30; round++) {
      String base = "base" + round;
      driver.prepare("k", "", Map.of());
      driver.commit(base, "k");
      List<Boolean> done =
          inParallel(
              2,
              i ->
                  i == 0
                      ? succeeds(() -> driver.remove(base))
                      : succeeds(() -> driver.prepare("c " + base, base, Map.of())));
      assertThat(done).filteredOn(ok -> ok).hasSize(1);
      assertThat(driver.stat(base).isPresent()).isEqualTo(driver.stat("c " + base).isPresent());
    }
  }

  @Test
  void aHealthyDriverHasNoProblemsAndSaysWhatItIs() {
    assertThat(driver.check()).isEmpty();
    assertThat(driver.status()).isNotEmpty();
    driver.prepare("k", "", Map.of());
    assertThat(driver.details("k")).isNotEmpty();
  }

  private static boolean succeeds(Runnable action) {
    try {
      action.run();
      return true;
    } catch (DriverException e) {
      assertThat(e.kind()).isIn(Kind.CONFLICT, Kind.NOT_FOUND);
      return false;
    }
  }

  /** Something done by the n-th of several threads. */
  private interface Numbered {
    boolean run(int number) throws Exception;
  }

  private static List<Boolean> inParallel(int threads, Numbered action) throws Exception {
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> tasks =
          IntStream.range(0, threads)
              .<Callable<Boolean>>mapToObj(i -> () -> action.run(i))
              .toList();
      List<Boolean> results = new ArrayList<>();
      for (Future<Boolean> future : executor.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
    }
  }
}
