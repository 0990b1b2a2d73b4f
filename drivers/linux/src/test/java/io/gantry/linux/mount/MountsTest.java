package io.gantry.linux.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.FileSystemStat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MountsTest {

  @TempDir Path scratch;

  private final List<Path> targets = new ArrayList<>();

  @AfterEach
  void detachAll() throws IOException {
    for (Path target : targets.reversed()) {
      while (Mounts.isMountPoint(target)) {
        Mounts.detach(target);
      }
    }
  }

  private Path target(String name) throws IOException {
    Path target = Files.createDirectories(scratch.resolve(name));
    targets.add(target);
    return target;
  }

  private static MountInfo info(Path target) {
    return MountInfo.list().stream()
        .filter(m -> m.mountPoint().equals(target.toString()))
        .reduce((first, last) -> last)
        .orElseThrow();
  }

  @Test
  void tmpfsWithFlagsAndItsOwnOptions() throws IOException {
    Path target = target("with space");
    Mounts.mount("tmpfs", "shm", target, List.of("nosuid", "noexec", "mode=1770", "size=64k"));
    MountInfo info = info(target);
    assertThat(info.type()).isEqualTo("tmpfs");
    assertThat(info.source()).isEqualTo("shm");
    assertThat(info.options()).contains("nosuid", "noexec").doesNotContain("nodev");
    assertThat(info.superOptions()).contains("size=64k");
    assertThat(FileSystemStat.of(target).size()).isEqualTo(64 * 1024);
    assertThat(FileSystemStat.of(target).type()).isEqualTo(FileSystemStat.TMPFS);
    Mounts.unmount(target);
    assertThat(Mounts.isMountPoint(target)).isFalse();
  }

  @Test
  void aReadOnlyBindMountIsReadOnly() throws IOException {
    Path source = Files.createDirectory(scratch.resolve("source"));
    Files.createFile(source.resolve("f"));
    Path target = target("target");
    Mounts.mount("bind", source.toString(), target, List.of("rbind", "ro", "rprivate"));
    assertThat(target.resolve("f")).exists();
    assertThat(info(target).options()).contains("ro");
    assertThatThrownBy(() -> Files.createFile(target.resolve("g")))
        .hasMessageContaining("Read-only");
    Files.createFile(source.resolve("h"));
    assertThat(target.resolve("h")).exists();
  }

  @Test
  void aFileCanBeBound() throws IOException {
    Path source = Files.writeString(scratch.resolve("source"), "bound");
    Path target = Files.createFile(scratch.resolve("target"));
    targets.add(target);
    Mounts.bind(source, target);
    assertThat(target).hasContent("bound");
    assertThat(Mounts.isMountPoint(target)).isTrue();
  }

  @Test
  void recursiveReadOnlyReachesWhatIsMountedBelow() throws IOException {
    Path source = Files.createDirectory(scratch.resolve("source"));
    Path below = target("source/below");
    Mounts.mount("tmpfs", "tmpfs", below, List.of());
    Path ro = target("ro");
    Mounts.mount("bind", source.toString(), ro, List.of("rbind", "ro"));
    Files.createFile(ro.resolve("below/still-writable"));
    Path rro = target("rro");
    Mounts.mount("bind", source.toString(), rro, List.of("rbind", "rro"));
    assertThatThrownBy(() -> Files.createFile(rro.resolve("below/f")))
        .hasMessageContaining("Read-only");
  }

  @Test
  void propagationIsSet() throws IOException {
    Path target = target("shared");
    Mounts.makeShared(target);
    assertThat(info(target).isShared()).isTrue();
    Mounts.makeShared(target);
    assertThat(MountInfo.list().stream().filter(m -> m.mountPoint().equals(target.toString())))
        .hasSize(1);
    Mounts.setPropagation(target, Propagation.PRIVATE, true);
    assertThat(info(target).isShared()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"2, 0", "60, 0", "128, 0", "400, 0", "128, 220"})
  void overlaysOfAnyNumberOfLayers(int count, int padding) throws IOException {
    Path base = Files.createDirectory(scratch.resolve("co:lon,comma" + "x".repeat(padding)));
    List<Path> layers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path layer = Files.createDirectory(base.resolve("layer-" + i));
      Files.writeString(layer.resolve("own-" + i), "");
      Files.writeString(layer.resolve("all"), "layer " + i);
      layers.add(layer);
    }
    Path upper = Files.createDirectory(base.resolve("upper"));
    Path work = Files.createDirectory(base.resolve("work"));
    Path target = target("merged");
    Mounts.mount(
        "overlay",
        "overlay",
        target,
        List.of(
            "index=off",
            "lowerdir=" + LowerDirs.join(layers),
            "upperdir=" + upper,
            "workdir=" + work));
    try (var names = Files.list(target)) {
      assertThat(names).hasSize(count + 1);
    }
    assertThat(target.resolve("all")).as("the first is the topmost").hasContent("layer 0");
    Files.writeString(target.resolve("new"), "");
    assertThat(upper.resolve("new")).exists();
    Mounts.unmount(target);
  }

  @Test
  void lowerDirsSurviveTheirText() {
    List<Path> layers = List.of(Path.of("/a:b"), Path.of("/c\\d"), Path.of("/e"));
    assertThat(LowerDirs.split(LowerDirs.join(layers))).isEqualTo(layers);
  }

  @Test
  void failuresNameWhatAndWhere() throws IOException {
    Path target = target("t");
    assertThatThrownBy(() -> Mounts.mount("nosuchfs", "x", target, List.of()))
        .isInstanceOf(ErrnoException.class)
        .hasMessageContaining("nosuchfs")
        .hasMessageContaining(target.toString())
        .hasMessageContaining("no such device");
    assertThatThrownBy(
            () ->
                Mounts.mount(
                    "overlay", "overlay", target, List.of("lowerdir=/absent,with,commas:/b")))
        .hasMessageContaining(target.toString())
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> Mounts.unmount(target))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
    assertThat(Mounts.isMountPoint(target)).isFalse();
    assertThat(Mounts.isMountPoint(scratch.resolve("absent"))).isFalse();
  }

  @Test
  void aBusyMountIsDetached() throws IOException {
    Path target = target("busy");
    Mounts.mount("tmpfs", "tmpfs", target, List.of());
    try (Directory held = Directory.open(target)) {
      assertThatThrownBy(() -> Mounts.unmount(target))
          .isInstanceOfSatisfying(
              ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY));
      Mounts.detach(target);
      assertThat(Mounts.isMountPoint(target)).isFalse();
      held.makeDirectory("still-works", 0755);
    }
  }

  @Test
  void whatAMountHidesCanBeOpened() throws IOException {
    Path target = target("covered");
    Files.createFile(target.resolve("hidden"));
    Mounts.mount("tmpfs", "tmpfs", target, List.of());
    assertThat(target.resolve("hidden")).doesNotExist();
    try (Directory below = Mounts.openBelowMount(target)) {
      assertThat(below.find("hidden")).isPresent();
    }
  }

  @Test
  void fileSystemsOfTheKernelAreKnown() {
    assertThat(Mounts.supports("overlay")).isTrue();
    assertThat(Mounts.supports("nosuchfs")).isFalse();
  }

  @Test
  void mountInfoIsParsed() {
    String lines =
        """
        36 35 98:0 /mnt1 /mnt\\0402\\134x rw,noatime master:1 shared:7 - ext3 /dev/root rw,errors=continue
        40 35 0:5 / /plain rw - tmpfs none rw
        nonsense
        41 40 0:6 / / rw shared:1
        """;
    List<MountInfo> mounts = MountInfo.parse(lines.getBytes(StandardCharsets.UTF_8));
    assertThat(mounts).hasSize(2);
    MountInfo first = mounts.getFirst();
    assertThat(first.mountPoint()).isEqualTo("/mnt 2\\x");
    assertThat(first.options()).containsExactlyInAnyOrder("rw", "noatime");
    assertThat(first.tags()).containsExactly("master:1", "shared:7");
    assertThat(first.isShared()).isTrue();
    assertThat(first.superOptions()).isEqualTo("rw,errors=continue");
    assertThat(mounts.getLast().tags()).isEmpty();
  }
}
