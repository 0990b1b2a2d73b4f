package io.gantry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonRootsTest {

  @TempDir Path directory;

  @Test
  void makesTheDirectoriesAndLeavesOnlyThemBehind() throws IOException {
    DaemonOptions options = options("data", "run");
    try (DaemonRoots roots = DaemonRoots.take(options)) {
      assertThat(roots).isNotNull();
      assertThat(mode(options.dataRoot())).isEqualTo("rwx--x---");
      assertThat(mode(options.execRoot())).isEqualTo("rwx--x--x");
      assertThat(options.pidFile()).hasContent(ProcessHandle.current().pid() + "\n");
    }
    assertThat(options.pidFile()).doesNotExist();
    DaemonRoots.take(options).close();
  }

  @Test
  void narrowsADirectoryThatWasWider() throws IOException {
    DaemonOptions options = options("data", "run");
    Files.createDirectory(
        options.dataRoot(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    try (DaemonRoots roots = DaemonRoots.take(options)) {
      assertThat(roots).isNotNull();
      assertThat(mode(options.dataRoot())).isEqualTo("rwx--x---");
    }
  }

  @Test
  void refusesASecondDaemonOnTheDataRoot() throws Exception {
    DaemonOptions options = options("data", "run");
    try (OtherProcess other = new OtherProcess(arguments("data", "other-run"))) {
      assertThatThrownBy(() -> DaemonRoots.take(options))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage(
              "another Gantry daemon uses data root %s (process %d)"
                  .formatted(options.dataRoot(), other.pid()));
    }
    DaemonRoots.take(options).close();
  }

  @Test
  void refusesASecondDaemonOnTheExecRoot() throws Exception {
    DaemonOptions options = options("data", "run");
    try (OtherProcess other = new OtherProcess(arguments("other-data", "run"))) {
      assertThatThrownBy(() -> DaemonRoots.take(options))
          .hasMessageContaining("another Gantry daemon uses exec root " + options.execRoot())
          .hasMessageContaining("process " + other.pid());
    }
    // what the refused attempt took is free again
    try (OtherProcess other = new OtherProcess(arguments("data", "third-run"))) {
      assertThat(other.pid()).isPositive();
    }
  }

  @Test
  void refusesForeignFilesAndChangesNothing() throws IOException {
    DaemonOptions options = options("data", "run");
    Files.createDirectories(options.dataRoot().resolve("image"));
    Files.writeString(options.dataRoot().resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> DaemonRoots.take(options))
        .hasMessageContaining("data root " + options.dataRoot())
        .hasMessageContaining("image, notes.txt");
    assertThat(options.dataRoot().toFile().list()).containsExactlyInAnyOrder("image", "notes.txt");
    assertThat(options.execRoot()).doesNotExist();
  }

  @Test
  void refusesADataRootThatAnotherEngineUsesToo() throws IOException {
    DaemonOptions options = options("data", "run");
    DaemonRoots.take(options).close();
    Files.createDirectory(options.dataRoot().resolve("containers"));
    DaemonRoots.take(options).close();
    Files.createDirectory(options.dataRoot().resolve("buildkit"));
    assertThatThrownBy(() -> DaemonRoots.take(options)).hasMessageContaining("buildkit");
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private DaemonOptions options(String data, String run) {
    return DaemonOptions.read(arguments(data, run));
  }

  private List<String> arguments(String data, String run) {
    return List.of(
        "--config-file", "/dev/null",
        "--data-root", directory.resolve(data).toString(),
        "--exec-root", directory.resolve(run).toString(),
        "--pidfile", directory.resolve(run).resolve("pid").toString());
  }

  /** A JVM of its own that holds the roots until it is closed: file locks are between processes. */
  private static final class OtherProcess implements AutoCloseable {

    private final Process process;

    OtherProcess(List<String> arguments) throws IOException {
      List<String> command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Holder.class.getName()));
      command.addAll(arguments);
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      assertThat(process.inputReader().readLine()).isEqualTo("held");
    }

    long pid() {
      return process.pid();
    }

    /** Kills it: the hold must not outlive the process. */
    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      try {
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** What the other process runs. */
  static final class Holder {
    public static void main(String[] arguments) throws IOException {
      try (DaemonRoots roots = DaemonRoots.take(DaemonOptions.read(List.of(arguments)))) {
        System.out.println("held");
        int end = System.in.read();
        System.out.println(roots + " " + end);
      }
    }
  }
}
