package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.file.Directory;
import io.gantry.plugins.DriverContext;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.runtime.Adopted;
import io.gantry.plugins.runtime.ContainerSpec;
import io.gantry.plugins.runtime.Created;
import io.gantry.plugins.runtime.Exec;
import io.gantry.plugins.runtime.ExecSpec;
import io.gantry.plugins.runtime.Exit;
import io.gantry.plugins.runtime.Output;
import io.gantry.plugins.runtime.OutputSink;
import io.gantry.plugins.runtime.ResourceSupport;
import io.gantry.plugins.runtime.RuntimeDriverFactory;
import io.gantry.plugins.runtime.RuntimeDriverFixture;
import io.gantry.plugins.runtime.RuntimeInfo;
import io.gantry.plugins.runtime.TestContainer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What is this driver's own: conmon and crun killed at bad moments, the seccomp cache, mount
 * namespaces.
 */
class OciDriverTest extends RuntimeDriverFixture {

  private static final String SECCOMP =
      """
      {"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_AARCH64"],
       "syscalls":[{"names":["swapon","no_such_call"],"action":"SCMP_ACT_ERRNO"}]}\
      """;

  private Map<String, String> runtimes = Map.of();

  @Override
  protected RuntimeDriverFactory factory() {
    return new OciRuntimeFactory();
  }

  @Override
  protected Map<String, String> options() {
    return runtimes;
  }

  private Path bundle(TestContainer c) {
    return context.runDirectory().resolve("containers").resolve(c.id());
  }

  private static long number(Path file) throws IOException {
    return Long.parseLong(Files.readString(file).strip());
  }

  private static void kill(long pid) {
    assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
  }

  @Test
  void exitCodeSurvivesTheMonitor() throws Exception {
    TestContainer c = container().withShell("while [ ! -e /tmp/go ]; do sleep 0.05; done; exit 42");
    var output = run(c);
    kill(number(bundle(c).resolve("conmon.pid")));
    output.awaitEnd();
    Files.createFile(c.rootfs().resolve("tmp/go"));
    Exit exit = awaitExit(c.id());
    assertThat(exit.exitCode()).isEqualTo(42);
    assertThat(exit.error()).isEmpty();
    assertNoFurtherExit(c.id());
    driver.delete(c.id(), false);
  }

  @Test
  void execSurvivesItsMonitorAndItsContainerCanEnd() throws Exception {
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    var _ = run(c);
    Exec exec =
        driver.exec(
            c.id(),
            new ExecSpec(
                "e1",
                TestContainer.process("/bin/sh", "-c", "sleep 1; exit 21"),
                false,
                false,
                false),
            new Output());
    kill(number(bundle(c).resolve("exec/e1/conmon.pid")));
    assertThat(exec.exit().get(20, TimeUnit.SECONDS)).isEqualTo(21);
    driver.signal(c.id(), SIGKILL, false);
    assertThat(awaitExit(c.id()).exitCode()).isEqualTo(137);
  }

  @Test
  void endWithoutAnyWitnessIsTold() throws Exception {
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    Created created = driver.create(c.spec());
    driver.start(c.id());
    kill(number(bundle(c).resolve("conmon.pid")));
    driver.close();
    kill(created.pid());
    reopen();
    // Whether its status can still be had is a matter of who reaped it, and when.
    Exit exit =
        driver.adopt(List.of(c.id())).get(c.id()) instanceof Adopted.Exited ended
            ? ended.exit()
            : awaitExit(c.id());
    assertThat(exit.exitCode()).isIn(137, 255);
    assertThat(exit.error().isEmpty()).isEqualTo(exit.exitCode() == 137);
  }

  @Test
  void outputIsCompleteThoughTheContainerIsDeletedBeforeItWasRead() throws Exception {
    // a few large writes: a connection takes ten messages, then the monitor waits for its reader
    TestContainer c = container().withShell("seq 2000");
    var _ = driver.create(c.spec());
    CountDownLatch mayRead = new CountDownLatch(1);
    StringBuffer text = new StringBuffer();
    CountDownLatch ended = new CountDownLatch(1);
    var _ =
        driver.attach(
            c.id(),
            new OutputSink() {
              @Override
              public void output(io.gantry.plugins.runtime.Stream stream, ByteBuffer data) {
                try {
                  mayRead.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                text.append(StandardCharsets.US_ASCII.decode(data));
              }

              @Override
              public void end() {
                ended.countDown();
              }
            });
    driver.start(c.id());
    assertThat(awaitExit(c.id()).exitCode()).isZero();
    CompletableFuture<Void> deleted =
        CompletableFuture.runAsync(() -> driver.delete(c.id(), false));
    assertThatThrownBy(() -> deleted.get(300, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    mayRead.countDown();
    deleted.get(20, TimeUnit.SECONDS);
    assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(text.toString().lines().toList())
        .isEqualTo(IntStream.rangeClosed(1, 2000).mapToObj(Integer::toString).toList());
  }

  @Test
  void createAfterACutOffCreateSucceedsAtOnce() throws Exception {
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    Created first = driver.create(c.spec());
    driver.start(c.id());
    driver.close();
    // As if the daemon had been killed before it knew of the process.
    ContainerRecord.read(bundle(c))
        .orElseThrow()
        .created(Optional.empty(), Optional.empty())
        .write(bundle(c));
    reopen();
    Created second = driver.create(c.spec());
    assertThat(second.pid()).isNotEqualTo(first.pid());
    awaitGone(first.pid());
    driver.start(c.id());
    driver.signal(c.id(), SIGKILL, false);
    assertThat(awaitExit(c.id()).exitCode()).isEqualTo(137);
  }

  @Test
  void createWorksWithTheStateOfTheRuntimeLost() throws Exception {
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    Created first = driver.create(c.spec());
    driver.start(c.id());
    driver.close();
    Directory.deleteTree(context.runDirectory());
    Files.createDirectories(context.runDirectory());
    reopen();
    assertThat(driver.adopt(List.of(c.id())).get(c.id())).isInstanceOf(Adopted.Gone.class);
    Created second = driver.create(c.spec());
    assertThat(second.pid()).isNotEqualTo(first.pid());
    awaitGone(first.pid());
    driver.delete(c.id(), true);
    assertThat(cgroupFile(c, "pids", "")).doesNotExist();
  }

  @Test
  void whatCannotBeLookedAtIsUnknownAndLeftAlone() throws Exception {
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    Created created = driver.create(c.spec());
    driver.start(c.id());
    Path file = bundle(c).resolve("record.json");
    byte[] good = Files.readAllBytes(file);
    Files.writeString(file, "{\"id\":");
    reopen();
    assertThat(driver.adopt(List.of(c.id())).get(c.id())).isInstanceOf(Adopted.Unknown.class);
    assertThat(ProcessHandle.of(created.pid())).isPresent();
    Files.write(file, good);
    assertThat(driver.adopt(List.of(c.id())).get(c.id())).isInstanceOf(Adopted.Running.class);
    assertThat(driver.pids(c.id())).containsExactly(created.pid());
    driver.signal(c.id(), SIGKILL, false);
    assertThat(awaitExit(c.id()).exitCode()).isEqualTo(137);
    assertNoFurtherExit(c.id());
  }

  @Test
  void containersOfARuntimeThatIsNotConfiguredAnyMoreGoOn() throws Exception {
    runtimes = Map.of("runtime.mine", "/usr/bin/crun");
    reopen();
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    ContainerSpec spec = withRuntime(c.spec(), "mine");
    Created created = driver.create(spec);
    driver.start(c.id());
    runtimes = Map.of();
    reopen();
    assertThat(driver.runtimeNames()).doesNotContain("mine");
    assertThat(driver.adopt(List.of(c.id())).get(c.id()))
        .isInstanceOfSatisfying(
            Adopted.Running.class, now -> assertThat(now.pid()).isEqualTo(created.pid()));
    ExecSpec exec = new ExecSpec("e1", TestContainer.process("/bin/true"), false, false, false);
    assertThatThrownBy(() -> driver.exec(c.id(), exec, new Output()))
        .isInstanceOf(DriverException.class)
        .hasMessage("unknown or invalid runtime name: mine");
    assertThat(driver.pids(c.id())).containsExactly(created.pid());
    driver.signal(c.id(), SIGKILL, false);
    assertThat(awaitExit(c.id()).exitCode()).isEqualTo(137);
    driver.delete(c.id(), false);
    assertThat(context.runDirectory().resolve("state/mine/" + c.id())).doesNotExist();
    assertThatThrownBy(() -> driver.create(spec))
        .hasMessage("unknown or invalid runtime name: mine");
  }

  private static ContainerSpec withRuntime(ContainerSpec spec, String runtime) {
    return new ContainerSpec(
        spec.id(),
        runtime,
        spec.config(),
        spec.cgroupPath(),
        spec.tty(),
        spec.openStdin(),
        spec.stdinOnce(),
        spec.journal(),
        spec.foreignMounts());
  }

  @Test
  void leftoversOfUnknownContainersAreRemoved() throws Exception {
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    Created created = driver.create(c.spec());
    driver.start(c.id());
    driver.close();
    Files.delete(bundle(c).resolve("pidfile"));
    Files.createDirectories(context.runDirectory().resolve("state/crun/half-created"));
    reopen();
    assertThat(driver.removeOrphans(Set.of())).containsExactlyInAnyOrder(c.id(), "half-created");
    awaitGone(created.pid());
    assertThat(cgroupFile(c, "memory", "")).doesNotExist();
    assertThat(driver.removeOrphans(Set.of())).isEmpty();
  }

  @Test
  void seccompProgramIsLearntOnceAndUsed() throws Exception {
    Path cache = context.dataDirectory().resolve("seccomp");
    assertThat(seccompMode()).isEqualTo("2");
    List<Path> learnt;
    try (Stream<Path> files = Files.list(cache)) {
      learnt = files.toList();
    }
    assertThat(learnt).hasSize(1);
    Path program = learnt.getFirst();
    byte[] good = Files.readAllBytes(program);
    assertThat(seccompMode()).isEqualTo("2");

    byte[] damaged = good.clone();
    damaged[damaged.length - 1] ^= 1;
    Files.write(program, damaged);
    reopen();
    assertThat(seccompMode()).isEqualTo("2");
    assertThat(Files.readAllBytes(program)).isEqualTo(good);
  }

  private String seccompMode() throws Exception {
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    ContainerSpec plain = c.spec();
    ContainerSpec spec =
        new ContainerSpec(
            plain.id(),
            "crun",
            plain.config().replace("\"linux\":{", "\"linux\":{\"seccomp\":" + SECCOMP + ","),
            plain.cgroupPath(),
            false,
            false,
            false,
            Optional.empty(),
            false);
    Created created = driver.create(spec);
    driver.start(c.id());
    Exec probe =
        driver.exec(
            c.id(),
            new ExecSpec("up", TestContainer.process("/bin/true"), false, false, false),
            new Output());
    assertThat(probe.exit().get(20, TimeUnit.SECONDS)).isZero();
    String mode =
        Files.readAllLines(Path.of("/proc/" + created.pid() + "/status")).stream()
            .filter(line -> line.startsWith("Seccomp:"))
            .findFirst()
            .orElseThrow()
            .substring(8)
            .strip();
    driver.delete(c.id(), true);
    return mode;
  }

  @Test
  void mountsMadeLaterAreSeen() throws Exception {
    Path later = Files.createDirectories(scratch.resolve("later"));
    Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "none", later.toString()).start();
    assertThat(mount.waitFor()).isZero();
    try {
      Files.writeString(later.resolve("file"), "content");
      TestContainer c = container().withArgs("/bin/cat", "/tmp/file");
      ContainerSpec plain = c.spec();
      String bind =
          "\"mounts\":[{\"destination\":\"/tmp\",\"type\":\"bind\",\"source\":\"%s\",\"options\":[\"rbind\"]},"
              .formatted(later);
      ContainerSpec spec =
          new ContainerSpec(
              plain.id(),
              "",
              plain.config().replace("\"mounts\":[", bind),
              plain.cgroupPath(),
              false,
              false,
              false,
              Optional.empty(),
              true);
      var _ = driver.create(spec);
      Output output = new Output();
      var connection = driver.attach(c.id(), output);
      assertThat(connection).isNotNull();
      driver.start(c.id());
      assertThat(output.awaitEnd().out()).isEqualTo("content");
      driver.delete(c.id(), true);
    } finally {
      Process umount = new ProcessBuilder("umount", later.toString()).start();
      assertThat(umount.waitFor()).isZero();
    }
  }

  @Test
  void nothingOfTheDaemonLeaksIntoMonitorOrContainer() throws Exception {
    TestContainer c = container().withShell("ls -l /proc/self/fd; env 2>/dev/null; sleep 1000");
    Output output = run(c);
    output.awaitText("PATH");
    assertThat(
            output
                .out()
                .lines()
                .filter(line -> line.startsWith("l"))
                .map(line -> line.replaceAll(".*:\\d\\d (\\d+).*", "$1")))
        .containsExactlyInAnyOrder("0", "1", "2", "3");
    long monitor = number(bundle(c).resolve("conmon.pid"));
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + monitor + "/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        assertThat(Files.readSymbolicLink(descriptor).toString())
            .doesNotEndWith(".jar")
            .doesNotContain("/target/");
      }
    }
    assertThat(Files.readString(Path.of("/proc/" + monitor + "/environ"))).doesNotContain("JAVA");
  }

  @Test
  void blockedSinkBlocksNobodyElse() throws Exception {
    TestContainer slow = container().withArgs("/bin/yes");
    var _ = driver.create(slow.spec());
    var release = new CountDownLatch(1);
    var connection =
        driver.attach(
            slow.id(),
            new OutputSink() {
              @Override
              public void output(io.gantry.plugins.runtime.Stream stream, ByteBuffer data) {
                try {
                  release.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }

              @Override
              public void end() {}
            });
    assertThat(connection).isNotNull();
    driver.start(slow.id());
    TestContainer quick = container().withShell("seq 1 100000 | tail -1");
    assertThat(run(quick).awaitEnd().out()).isEqualTo("100000\n");
    release.countDown();
    driver.delete(slow.id(), true);
  }

  @Test
  void saysWhatItIs() {
    assertThat(driver.runtimes()).extracting(RuntimeInfo::name).startsWith("crun");
    assertThat(driver.runtimes()).allSatisfy(r -> assertThat(r.version()).isNotEmpty());
    driver.check();
    ResourceSupport support = driver.resourceSupport();
    assertThat(support.memoryLimit()).isTrue();
    assertThat(support.cpus()).isNotEmpty();
    assertThat(driver.status()).isNotEmpty();
  }

  @Test
  void refusesWhatIsWrong() {
    DriverContext own = context;
    assertThatThrownBy(() -> factory().open(own, Map.of("colour", "red")))
        .isInstanceOf(DriverException.class)
        .hasMessageContaining("colour");
    assertThatThrownBy(() -> factory().open(own, Map.of("conmon", "/etc/passwd")))
        .hasMessageContaining("conmon");
    assertThatThrownBy(() -> factory().open(own, Map.of("default-runtime", "nosuch")))
        .hasMessageContaining("nosuch");
    TestContainer c = container();
    ContainerSpec good = c.spec();
    for (String id : List.of("", "../x", "a/b", ".", "-x", "a".repeat(65))) {
      assertThatThrownBy(
              () ->
                  driver.create(
                      new ContainerSpec(
                          id,
                          "",
                          good.config(),
                          good.cgroupPath(),
                          false,
                          false,
                          false,
                          Optional.empty(),
                          false)))
          .isInstanceOf(DriverException.class)
          .hasMessageContaining("invalid container ID");
    }
    for (String config : List.of("", "[]", "{", "null")) {
      assertThatThrownBy(
              () ->
                  driver.create(
                      new ContainerSpec(
                          "x",
                          "",
                          config,
                          good.cgroupPath(),
                          false,
                          false,
                          false,
                          Optional.empty(),
                          false)))
          .isInstanceOf(DriverException.class);
    }
    for (String cgroup : List.of("/", "relative", "/a/../..", "/../x")) {
      assertThatThrownBy(
              () ->
                  driver.create(
                      new ContainerSpec(
                          "x",
                          "",
                          good.config(),
                          cgroup,
                          false,
                          false,
                          false,
                          Optional.empty(),
                          false)))
          .isInstanceOf(DriverException.class);
    }
    assertThatThrownBy(
            () ->
                driver.create(
                    new ContainerSpec(
                        "x",
                        "nosuch",
                        good.config(),
                        good.cgroupPath(),
                        false,
                        false,
                        false,
                        Optional.empty(),
                        false)))
        .hasMessageContaining("unknown or invalid runtime name: nosuch");
  }
}
