package io.gantry.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.poll.Poller;
import io.gantry.linux.process.Child;
import io.gantry.linux.process.Command;
import io.gantry.linux.process.Launcher;
import io.gantry.linux.process.ProcStat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On the real hierarchies, in a group of its own. */
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class CgroupTest {

  private Poller poller;
  private Launcher launcher;
  private Cgroups cgroups;
  private Cgroup group;

  @BeforeEach
  void open() throws IOException {
    poller = Poller.open("test-poll");
    launcher = Launcher.open(poller, Optional.empty());
    cgroups = Cgroups.mounted();
    String name = "/gantry-test-" + Long.toHexString(new Random().nextLong());
    group = cgroups.group(name);
    for (Hierarchy hierarchy : cgroups.hierarchies()) {
      if (hierarchy.controllers().stream().anyMatch(List.of("pids", "freezer")::contains)
          || cgroups.version() == 2) {
        Files.createDirectory(Path.of(hierarchy.mount() + name));
      }
    }
  }

  @AfterEach
  void close() throws IOException {
    group.kill(poller, Duration.ofSeconds(10));
    group.remove();
    launcher.close();
    poller.close();
  }

  private Child start(String script) throws IOException {
    Child child =
        launcher.start(
            new Command(
                List.of("/bin/sh", "-c", script), Map.of("PATH", "/bin"), Path.of("/"), Map.of()));
    for (Path directory : group.directories()) {
      CgroupFile.write(directory.resolve("cgroup.procs"), Integer.toString(child.pid()));
    }
    return child;
  }

  @Test
  void controllersAreFound() {
    assertThat(cgroups.version()).isIn(1, 2);
    assertThat(cgroups.of("memory")).isPresent();
    assertThat(cgroups.of("nonsense")).isEmpty();
    assertThat(cgroups.unified().isPresent() && cgroups.version() == 2).isFalse();
  }

  @Test
  void killsAllEvenFrozenAndInGroupsBelow() throws Exception {
    Child first = start("while :; do sleep 1000; done");
    Child second = start("sleep 1000 & wait");
    for (Path directory : group.directories()) {
      Path below = Files.createDirectory(directory.resolve("below"));
      if (cgroups.version() == 1) {
        CgroupFile.write(below.resolve("cgroup.procs"), Integer.toString(second.pid()));
      }
    }
    assertThat(group.processes()).contains(first.pid(), second.pid());
    group.freeze(Duration.ofSeconds(10));
    assertThat(group.frozen()).isTrue();
    group.kill(poller, Duration.ofSeconds(10));
    assertThat(group.processes()).isEmpty();
    assertThat(ProcStat.of(first.pid())).isEmpty();
    assertThat(ProcStat.of(second.pid())).isEmpty();
    group.remove();
    assertThat(group.directories()).isEmpty();
    group.kill(poller, Duration.ofSeconds(1));
    group.remove();
  }

  @Test
  void frozenProcessesGoOnWhenThawed() throws Exception {
    Child child = start("read x < /dev/null; while [ ! -e /proc/$$/none ]; do :; done");
    group.freeze(Duration.ofSeconds(10));
    assertThat(group.frozen()).isTrue();
    group.thaw();
    assertThat(group.frozen()).isFalse();
    assertThat(child.exit()).isNotDone();
  }

  @Test
  void programWithThreadsThatBecomesAnotherIsFrozen() throws Exception {
    for (int round = 0; round < 6; round++) {
      Process program = ManyThreads.start();
      try {
        for (Path directory : group.directories()) {
          CgroupFile.write(directory.resolve("cgroup.procs"), Long.toString(program.pid()));
        }
        ManyThreads.becomeAnother(program);
        group.freeze(Duration.ofSeconds(10));
        assertThat(group.frozen()).isTrue();
      } finally {
        program.destroyForcibly();
        group.thaw();
        program.waitFor();
      }
    }
  }

  @Test
  void busyGroupIsNotRemoved() throws Exception {
    Child child = start("sleep 1000");
    assertThatThrownBy(group::remove).isInstanceOf(IOException.class);
    assertThat(group.processes()).contains(child.pid());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "", "relative", "/a/../..", "/..", "//", "/a/./b"})
  void pathsThatAreNotOfAGroupAreRefused(String path) {
    assertThatThrownBy(() -> cgroups.group(path)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void filesAreRead() {
    Path directory = group.directory("pids").orElseThrow();
    assertThat(CgroupFile.number(directory.resolve("pids.max"))).hasValue(Long.MAX_VALUE);
    assertThat(CgroupFile.number(directory.resolve("pids.current"))).hasValue(0);
    assertThat(CgroupFile.number(directory.resolve("none"))).isEmpty();
    assertThat(CgroupFile.text(directory.resolve("none"))).isEmpty();
    assertThat(CgroupFile.table(cgroups.of("memory").orElseThrow().mount().resolve("memory.stat")))
        .isNotEmpty();
    assertThat(directory.resolve("none")).doesNotExist();
    assertThatThrownBy(() -> CgroupFile.write(directory.resolve("none"), "1"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> CgroupFile.write(directory.resolve("pids.max"), "word"))
        .isInstanceOf(IOException.class);
  }

  @Test
  void expectedMovesLeaveThisProcessWhereItIs() throws Exception {
    String before = Files.readString(Path.of("/proc/self/cgroup"));
    try (MigrationWindow window = new MigrationWindow(cgroups)) {
      try (var expectation = window.expect()) {
        assertThat(expectation).isNotNull();
        LockSupport.parkNanos(Duration.ofMillis(60).toNanos());
      }
    }
    assertThat(Files.readString(Path.of("/proc/self/cgroup"))).isEqualTo(before);
  }
}
