package io.gantry.linux.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.poll.Pipe;
import io.gantry.linux.poll.PipeReader;
import io.gantry.linux.poll.Poller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@SuppressWarnings("NullAway.Init")
class LauncherTest {

  @TempDir Path directory;
  private Poller poller;
  private Launcher launcher;

  @BeforeEach
  void open() throws IOException {
    poller = Poller.open("test-poll");
    launcher = Launcher.open(poller, Optional.empty());
  }

  @AfterEach
  void close() {
    launcher.close();
    poller.close();
  }

  private String output(Launcher from, String script) throws Exception {
    try (Pipe pipe = Pipe.open();
        PipeReader reader = new PipeReader(poller, pipe.readEnd(), 100_000)) {
      Child child =
          from.start(
              new Command(
                  List.of("/bin/sh", "-c", script),
                  Map.of("PATH", "/usr/bin:/bin", "GREETING", "hello"),
                  directory,
                  Map.of(1, pipe.writeEnd(), 9, pipe.writeEnd())));
      pipe.writeEnd().close();
      String text = reader.rest();
      assertThat(child.exit().get(10, TimeUnit.SECONDS).exitCode()).isZero();
      return text;
    }
  }

  @Test
  void programGetsWhatItIsGivenAndNothingElse() throws Exception {
    assertThat(output(launcher, "echo $GREETING; pwd; echo nine >&9"))
        .isEqualTo("hello\n" + directory.toRealPath() + "\nnine\n");
    // sh opens nothing for itself; ls opens the directory it lists, as 3.
    assertThat(output(launcher, "ls /proc/self/fd")).isEqualTo("0\n1\n2\n3\n9\n");
    assertThat(output(launcher, "env | cut -d= -f1 | sort | tr '\\n' ' '"))
        .isEqualTo("GREETING PATH PWD ");
    assertThat(output(launcher, "readlink /proc/self/fd/0 /proc/self/fd/2"))
        .isEqualTo("/dev/null\n/dev/null\n");
  }

  @Test
  void programHasASessionOfItsOwnAndNoBlockedSignals() throws Exception {
    String status =
        output(
            launcher,
            "grep -E 'SigBlk|SigIgn' /proc/self/status; cut -d' ' -f6 /proc/$$/stat; echo $$");
    List<String> lines = status.lines().toList();
    assertThat(lines.get(0)).endsWith("0000000000000000");
    // The C library ignores two of its own, 32 and 33, for a moment too long.
    assertThat(lines.get(1)).matches(".*0000000[01]80000000|.*0000000000000000");
    assertThat(lines.get(2)).isEqualTo(lines.get(3));
  }

  @Test
  void exitsAreTold() throws Exception {
    for (int code : List.of(0, 1, 255)) {
      assertThat(start("exit " + code).exit().get(10, TimeUnit.SECONDS).exitCode()).isEqualTo(code);
    }
    Child child = start("kill -9 $$");
    assertThat(child.exit().get(10, TimeUnit.SECONDS).exitCode()).isEqualTo(137);
    assertThat(ProcStat.of(child.pid())).isEmpty();
  }

  private Child start(String script) throws IOException {
    return launcher.start(
        new Command(List.of("/bin/sh", "-c", script), Map.of("PATH", "/bin"), directory, Map.of()));
  }

  @Test
  void missingProgramsAreToldAtOnce() {
    assertThatThrownBy(
            () -> launcher.start(new Command(List.of("/no/such"), Map.of(), directory, Map.of())))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT))
        .hasMessage("start /no/such: no such file or directory");
    assertThatThrownBy(() -> new Command(List.of("a\0b"), Map.of(), directory, Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void closedLauncherStartsNothing() {
    launcher.close();
    assertThatThrownBy(() -> start("exit 0"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void hiddenMountIsHiddenFromProgramsOnly() throws Exception {
    Path outer = Files.createDirectories(directory.resolve("outer"));
    mount("mount", "-t", "tmpfs", "outer", outer.toString());
    Path inner = Files.createDirectories(outer.resolve("inner"));
    mount("mount", "-t", "tmpfs", "inner", inner.toString());
    try {
      Files.writeString(inner.resolve("file"), "x");
      try (Launcher hiding =
          Launcher.open(poller, Optional.of(new Launcher.Hidden(inner, outer)))) {
        assertThat(hiding.hides()).isTrue();
        assertThat(output(hiding, "ls " + inner)).isEmpty();
        assertThat(output(launcher, "ls " + inner)).isEqualTo("file\n");
        assertThat(inner.resolve("file")).exists();
        Path later = Files.createDirectories(outer.resolve("later"));
        mount("mount", "-t", "tmpfs", "later", later.toString());
        Files.writeString(later.resolve("file"), "x");
        try (Launcher fresh = hiding.fresh()) {
          assertThat(output(fresh, "ls " + inner + " " + later))
              .contains("file")
              .doesNotContain("inner/file");
          assertThat(output(fresh, "ls " + later)).isEqualTo("file\n");
        } finally {
          mount("umount", later.toString());
        }
      }
    } finally {
      mount("umount", "-l", inner.toString());
      mount("umount", "-l", outer.toString());
    }
  }

  private static void mount(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  @Test
  void orphansAreReapedAndProcessBuildersChildrenAreNot() throws Exception {
    Children.adoptOrphans();
    int orphan = Integer.parseInt(output(launcher, "sleep 0.2 >/dev/null 9>&- & echo $!").strip());
    assertThat(ProcStat.of(orphan)).isPresent();
    for (int i = 0; i < 20; i++) {
      assertThat(new ProcessBuilder("/bin/sh", "-c", "exit 7").start().waitFor()).isEqualTo(7);
    }
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (ProcStat.of(orphan).isPresent()) {
      assertThat(System.nanoTime()).as("the orphan is reaped").isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  @Test
  void claimedOrphanKeepsItsStatus() throws Exception {
    Children.adoptOrphans();
    int orphan =
        Integer.parseInt(
            output(launcher, "{ sleep 0.3; exit 42; } >/dev/null 9>&- & echo $!").strip());
    Children.claim(orphan);
    try (PidFd process = PidFd.open(poller, orphan).orElseThrow()) {
      assertThat(process.await(Duration.ofSeconds(10))).isTrue();
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
      assertThat(Children.reap(orphan).orElseThrow().exitCode()).isEqualTo(42);
      assertThat(Children.reap(orphan)).isEmpty();
    } finally {
      Children.release(orphan);
    }
  }

  @Test
  void pidFdNamesOneProcess() throws Exception {
    Child child = start("exec sleep 1000");
    ProcStat stat = ProcStat.of(child.pid()).orElseThrow();
    assertThat(stat.runs()).isTrue();
    assertThat(stat.parent()).isEqualTo((int) ProcessHandle.current().pid());
    try (PidFd process = PidFd.open(poller, child.pid()).orElseThrow()) {
      assertThat(process.await(Duration.ofMillis(20))).isFalse();
      assertThat(process.signal(Signals.SIGKILL)).isTrue();
      assertThat(process.await(Duration.ofSeconds(10))).isTrue();
      assertThat(child.exit().get(10, TimeUnit.SECONDS).exitCode()).isEqualTo(137);
      assertThat(process.signal(Signals.SIGKILL)).isFalse();
      assertThat(process.exitStatus().map(WaitStatus::exitCode))
          .isIn(Optional.of(137), Optional.empty());
    }
    assertThat(stat.runs()).isFalse();
    assertThat(PidFd.open(poller, child.pid())).isEmpty();
    assertThat(Signals.send(child.pid(), Signals.SIGKILL)).isFalse();
  }

  @Test
  void signalsToManyAreRefused() {
    for (int pid : List.of(0, -1)) {
      assertThatThrownBy(() -> Signals.send(pid, Signals.SIGTERM))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void sealedProgramRunsAndCannotBeChanged() throws Exception {
    try (SealedProgram program = SealedProgram.copyOf(Path.of("/bin/true"))) {
      Child child =
          launcher.start(new Command(List.of(program.path()), Map.of(), directory, Map.of()));
      assertThat(child.exit().get(10, TimeUnit.SECONDS).exitCode()).isZero();
      assertThatThrownBy(() -> Files.writeString(Path.of(program.path()), "x"))
          .isInstanceOf(IOException.class);
    }
  }
}
