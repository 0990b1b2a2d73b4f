package io.gantry.testing;

import io.gantry.linux.mount.MountInfo;
import io.gantry.linux.mount.Mounts;
import io.gantry.plugins.FailPoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A daemon of the test's own: a process with its own roots, socket and names, which can be killed
 * and started again. {@link #close} ends it and takes all it had away, whatever happened before.
 */
public final class TestDaemon implements AutoCloseable {

  /** Two seconds are usual; a machine may be busy with other things. */
  public static final Duration START_LIMIT = Duration.ofMinutes(3);

  private final String id = HexFormat.of().toHexDigits(new Random().nextInt());
  private final Path dataRoot;
  private final Path execRoot;
  private final Path log;
  private final Path configFile;
  private final List<String> options;
  private @Nullable Process process;

  /**
   * A daemon that is not started yet.
   *
   * @param options more flags
   */
  public TestDaemon(String... options) throws IOException {
    this.dataRoot = Files.createTempDirectory("gantry-test-" + id);
    this.execRoot = Path.of("/run/gantry-test-" + id);
    this.log = dataRoot.resolveSibling(dataRoot.getFileName() + ".log");
    this.configFile =
        Files.writeString(dataRoot.resolveSibling(dataRoot.getFileName() + ".json"), "{}");
    this.options = List.of(options);
  }

  /** Starts the process and waits until it answers. */
  public TestDaemon start(String... javaOptions) throws IOException, InterruptedException {
    launch(javaOptions);
    Instant limit = Instant.now().plus(START_LIMIT);
    while (!answers()) {
      if (!isAlive() || Instant.now().isAfter(limit)) {
        throw new AssertionError("the daemon does not answer; its log:\n" + Files.readString(log));
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return this;
  }

  /** Starts the process without waiting: it may be made to die before it answers. */
  public void launch(String... javaOptions) throws IOException {
    List<String> command = Distribution.daemon(javaOptions);
    command.addAll(
        List.of(
            "--data-root", dataRoot.toString(),
            "--exec-root", execRoot.toString(),
            "--pidfile", execRoot.resolve("gantry.pid").toString(),
            "--config-file", configFile.toString(),
            "-H", "unix://" + socket(),
            "--metrics-addr", "",
            "--cgroup-parent", "/" + cgroup()));
    command.addAll(options);
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
  }

  private boolean answers() {
    try {
      return client().get("/_ping").status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  public long pid() {
    return Objects.requireNonNull(process).pid();
  }

  /** All its threads, virtual ones too, with what they do. */
  public String threads() throws IOException, InterruptedException {
    Path dump = dataRoot.resolveSibling(dataRoot.getFileName() + ".threads");
    try {
      int status =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                  Long.toString(pid()),
                  "Thread.dump_to_file",
                  dump.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (status != 0) {
        throw new IOException("jcmd ended with status " + status);
      }
      return Files.readString(dump);
    } finally {
      Files.deleteIfExists(dump);
    }
  }

  /** The number of files it has open. */
  public int openFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid()), "fd"))) {
      return (int) files.count();
    }
  }

  /** Waits for the end of a daemon that was made to die. */
  public boolean awaitEnd(Duration limit) throws InterruptedException {
    return process == null || process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whether it has ended by itself at the fail point it was started with. */
  public boolean diedAtFailPoint() {
    return process != null && !process.isAlive() && process.exitValue() == FailPoint.EXIT_STATUS;
  }

  /** SIGKILL, and its end. */
  public void kill() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  /** SIGTERM, and its end. */
  public int stop() throws InterruptedException {
    if (process == null) {
      return 0;
    }
    process.destroy();
    return process.waitFor();
  }

  /** Writes its {@code daemon.json} anew and tells it by SIGHUP. */
  public void reload(String json) throws IOException, InterruptedException {
    Files.writeString(configFile, json);
    String pid = Long.toString(Objects.requireNonNull(process).pid());
    new ProcessBuilder("kill", "-HUP", pid).inheritIO().start().waitFor();
  }

  /** The cgroup above those of its containers. */
  public String cgroup() {
    return "gantry-test-" + id;
  }

  /** The cgroups of containers, in the hierarchy of the pids controller or the only one. */
  public List<String> containerCgroups() {
    for (Path hierarchy : List.of(Path.of("/sys/fs/cgroup/pids"), Path.of("/sys/fs/cgroup"))) {
      Path parent = hierarchy.resolve(cgroup());
      if (Files.isDirectory(parent)) {
        try (Stream<Path> groups = Files.list(parent)) {
          return groups.filter(Files::isDirectory).map(Path::toString).toList();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    return List.of();
  }

  public EngineClient client() {
    return new EngineClient(socket());
  }

  public Path socket() {
    return execRoot.resolve("engine.sock");
  }

  public Path dataRoot() {
    return dataRoot;
  }

  public Path execRoot() {
    return execRoot;
  }

  public String log() throws IOException {
    return Files.readString(log, StandardCharsets.UTF_8);
  }

  /** The end of the log, to be read when a test fails. */
  public String logTail() throws IOException {
    List<String> lines = log().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
  }

  /** Gives the daemon {@code busybox:latest}, made of the host's static busybox. */
  public TestDaemon withBusybox() throws IOException {
    BusyboxImage.importInto(client());
    return this;
  }

  @Override
  public void close() throws Exception {
    try {
      if (isAlive()) {
        removeContainers();
      } else {
        launchToCleanUp();
      }
    } finally {
      if (process != null && stop() != 0) {
        kill();
      }
      unmountBelow(execRoot);
      unmountBelow(dataRoot);
      deleteTree(execRoot);
      deleteTree(dataRoot);
      removeCgroups();
      Files.deleteIfExists(log);
      Files.deleteIfExists(configFile);
    }
  }

  private void launchToCleanUp() throws IOException, InterruptedException {
    try {
      start();
      removeContainers();
    } catch (AssertionError e) {
      System.err.println(e.getMessage());
    }
  }

  private void removeContainers() throws IOException {
    EngineClient client = client();
    for (var container : client.get("/containers/json?all=1").json()) {
      client.delete("/containers/" + container.get("Id").asString() + "?force=1&v=1");
    }
    for (var network : client.get("/networks").json()) {
      client.delete("/networks/" + network.get("Id").asString());
    }
  }

  private static void unmountBelow(Path root) {
    List<MountInfo> below =
        MountInfo.list().stream()
            .filter(mount -> Path.of(mount.mountPoint()).startsWith(root))
            .sorted(Comparator.comparing(MountInfo::mountPoint).reversed())
            .toList();
    for (MountInfo mount : below) {
      try {
        Mounts.detach(Path.of(mount.mountPoint()));
      } catch (IOException e) {
        System.err.println("left mounted: " + e.getMessage());
      }
    }
  }

  private void removeCgroups() throws IOException {
    Path mounts = Path.of("/sys/fs/cgroup");
    try (Stream<Path> hierarchies = Files.list(mounts)) {
      for (Path hierarchy : Stream.concat(Stream.of(mounts), hierarchies).toList()) {
        Path own = hierarchy.resolve(cgroup());
        if (Files.isDirectory(own)) {
          Files.delete(own);
        }
      }
    }
  }

  static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
