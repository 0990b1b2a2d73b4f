package io.gantry.plugins.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gantry.plugins.DriverException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link RuntimeDriver} promises of the life of containers, tried on the real kernel. A
 * driver's own test extends this class, {@link RuntimeStreamsConformance} and {@link
 * JournalConformance}.
 */
@Timeout(120)
public abstract class RuntimeDriverConformance extends RuntimeDriverFixture {
  @Test
  void outputAndExitCodeArriveOnce() throws Exception {
    TestContainer c = container().withShell("echo out; echo err >&2; exit 7");
    Instant before = Instant.now().minusSeconds(1);
    Output output = run(c);
    Exit exit = awaitExit(c.id());
    assertThat(exit.exitCode()).isEqualTo(7);
    assertThat(exit.oomKilled()).isFalse();
    assertThat(exit.error()).isEmpty();
    assertThat(exit.finishedAt()).isBetween(before, Instant.now().plusSeconds(1));
    assertThat(output.awaitEnd().out()).isEqualTo("out\n");
    assertThat(output.err()).isEqualTo("err\n");
    assertNoFurtherExit(c.id());
    driver.delete(c.id(), false);
    assertThatThrownBy(() -> driver.stats(c.id())).isInstanceOf(DriverException.class);
  }

  @Test
  void programWaitsForStart() throws Exception {
    TestContainer c = container().withShell("echo ran > /tmp/ran; sleep 100");
    Created created = driver.create(c.spec());
    assertThat(ProcessHandle.of(created.pid())).isPresent();
    assertThat(driver.pids(c.id())).containsExactly(created.pid());
    assertThat(rootfs.resolve("tmp/ran")).doesNotExist();
    driver.delete(c.id(), true);
    assertThat(rootfs.resolve("tmp/ran")).doesNotExist();
  }

  @Test
  void signalGivesItsExitCode() throws Exception {
    TestContainer c =
        container().withShell("trap 'exit 3' TERM; echo up; while :; do sleep 0.1; done");
    Output output = run(c);
    output.awaitText("up");
    driver.signal(c.id(), SIGTERM, false);
    assertThat(awaitExit(c.id()).exitCode()).isEqualTo(3);

    TestContainer d = container().withArgs("/bin/sleep", "1000");
    run(d);
    driver.signal(d.id(), SIGKILL, false);
    assertThat(awaitExit(d.id()).exitCode()).isEqualTo(137);
    driver.signal(d.id(), SIGKILL, false);
  }

  @Test
  void missingProgramIs127() {
    TestContainer c = container().withArgs("nosuch");
    LaunchException failure =
        catchThrowableOfType(LaunchException.class, () -> driver.create(c.spec()));
    assertThat(failure)
        .hasMessageEndingWith("exec: \"nosuch\": executable file not found in $PATH");
    assertThat(failure)
        .hasMessageStartingWith(
            "failed to create task for container: failed to create shim task: OCI runtime create"
                + " failed: runc create failed: unable to start container process: error during"
                + " container init: ");
    assertThat(failure.exitCode()).isEqualTo(127);
    assertThat(failure.kind()).isEqualTo(DriverException.Kind.INVALID);

    TestContainer d = container().withArgs("/no/such");
    failure = catchThrowableOfType(LaunchException.class, () -> driver.create(d.spec()));
    assertThat(failure)
        .hasMessageEndingWith("exec: \"/no/such\": stat /no/such: no such file or directory");
    assertThat(failure.exitCode()).isEqualTo(127);
  }

  @Test
  void programThatCannotBeExecutedIs126() {
    TestContainer c = container().withArgs("/etc/passwd");
    LaunchException failure =
        catchThrowableOfType(LaunchException.class, () -> driver.create(c.spec()));
    assertThat(failure).hasMessageEndingWith("exec: \"/etc/passwd\": permission denied");
    assertThat(failure.exitCode()).isEqualTo(126);

    TestContainer d = container().withArgs("/etc");
    failure = catchThrowableOfType(LaunchException.class, () -> driver.create(d.spec()));
    assertThat(failure)
        .hasMessageContaining("exec: \"/etc\": ")
        .hasMessageEndingWith("permission denied");
    assertThat(failure.exitCode()).isEqualTo(126);
  }

  @Test
  void failedCreateLeavesNothing() {
    TestContainer c = container().withArgs("nosuch");
    assertThatThrownBy(() -> driver.create(c.spec())).isInstanceOf(LaunchException.class);
    assertThat(driver.removeOrphans(Set.of())).isEmpty();
    assertThat(cgroupFile(c, "pids", "")).doesNotExist();
    assertThat(driver.create(c.withArgs("/bin/true").spec()).pid()).isPositive();
  }

  @Test
  void pausedContainerStandsStillAndCanBeKilled() throws Exception {
    TestContainer c = container().withShell("while :; do echo tick; sleep 0.01; done");
    Output output = run(c);
    output.awaitText("tick");
    driver.pause(c.id());
    long used = driver.stats(c.id()).cpu().totalNanos();
    LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
    assertThat(driver.stats(c.id()).cpu().totalNanos() - used)
        .isLessThan(Duration.ofMillis(5).toNanos());
    driver.resume(c.id());
    int length = output.out().length();
    output.awaitText("tick\n".repeat(length / 5 + 3));
    driver.pause(c.id());
    driver.signal(c.id(), SIGKILL, false);
    assertThat(awaitExit(c.id()).exitCode()).isEqualTo(137);
  }

  @Test
  void outOfMemoryIsTold() throws Exception {
    TestContainer c =
        container()
            .withResources("{\"memory\":{\"limit\":8388608,\"swap\":8388608}}")
            .withShell("x=$(yes | head -c 64000000); echo ${#x}");
    run(c);
    Exit exit = awaitExit(c.id());
    assertThat(exit.oomKilled()).isTrue();
    assertThat(exit.exitCode()).isNotZero();
  }

  @Test
  void lackOfMemoryIsToldWhileTheContainerRuns() throws Exception {
    TestContainer c =
        container()
            .withResources("{\"memory\":{\"limit\":8388608,\"swap\":8388608}}")
            // the kernel chooses whom it kills: it is told not to choose the container's first
            // process
            .withShell(
                "(echo 1000 > /proc/self/oom_score_adj; x=$(yes | head -c 64000000)); sleep 1000");
    run(c);
    assertThat(outOfMemory.poll(60, TimeUnit.SECONDS)).isEqualTo(c.id());
    assertNoFurtherExit(c.id());
    reopen();
    assertThat(driver.adopt(List.of(c.id())).get(c.id()))
        .isInstanceOfSatisfying(
            Adopted.Running.class, running -> assertThat(running.outOfMemory()).isTrue());
  }

  @Test
  void limitsChangeTogetherOrNotAtAll() throws Exception {
    TestContainer c =
        container()
            .withResources(
                "{\"memory\":{\"limit\":33554432,\"swap\":67108864},\"pids\":{\"limit\":20}}")
            .withArgs("/bin/sleep", "1000");
    run(c);
    driver.update(
        c.id(),
        LinuxResources.builder()
            .memory(134217728)
            .memorySwap(268435456)
            .cpuShares(512)
            .cpuPeriod(50000)
            .cpuQuota(25000)
            .pidsLimit(30)
            .build());
    Stats stats = driver.stats(c.id());
    assertThat(stats.memory().limit()).isEqualTo(134217728);
    assertThat(stats.pids().limit()).isEqualTo(30);
    driver.update(c.id(), LinuxResources.builder().memory(16777216).memorySwap(16777216).build());
    assertThat(driver.stats(c.id()).memory().limit()).isEqualTo(16777216);

    assertThatThrownBy(
            () ->
                driver.update(
                    c.id(),
                    LinuxResources.builder()
                        .memory(20971520)
                        .memorySwap(41943040)
                        .pidsLimit(40)
                        .cpusetCpus("999")
                        .build()))
        .isInstanceOf(DriverException.class)
        .hasMessageContaining(c.id());
    assertThat(driver.stats(c.id()).memory().limit()).isEqualTo(16777216);
    assertThat(driver.stats(c.id()).pids().limit()).isEqualTo(30);
  }

  @Test
  void statsCount() throws Exception {
    TestContainer c =
        container()
            .withShell(
                "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 1000 & echo ready; wait");
    run(c).awaitText("ready");
    Stats stats = driver.stats(c.id());
    assertThat(stats.cpu().totalNanos()).isGreaterThan(Duration.ofMillis(10).toNanos());
    assertThat(stats.cpu().userNanos() + stats.cpu().systemNanos()).isPositive();
    assertThat(stats.memory().usage()).isPositive();
    assertThat(stats.memory().limit()).isEqualTo(Long.MAX_VALUE);
    assertThat(stats.memory().detail()).isNotEmpty();
    assertThat(stats.pids().current()).isEqualTo(2);
    assertThat(driver.pids(c.id())).hasSize(2);
  }

  @Test
  void runningContainerIsDeletedByForceOnly() throws Exception {
    TestContainer c = container().withShell("sleep 1000 & sleep 1000");
    Created created = driver.create(c.spec());
    driver.start(c.id());
    assertThatThrownBy(() -> driver.delete(c.id(), false))
        .isInstanceOfSatisfying(
            DriverException.class,
            e -> assertThat(e.kind()).isEqualTo(DriverException.Kind.CONFLICT));
    driver.delete(c.id(), true);
    awaitGone(created.pid());
    assertNoFurtherExit(c.id());
    driver.delete(c.id(), true);
    assertThat(cgroupFile(c, "pids", "")).doesNotExist();
  }

  @Test
  void sameIdRunsAgain() throws Exception {
    TestContainer c = container();
    for (int code = 0; code < 5; code++) {
      run(c.withShell("exit " + code));
      assertThat(awaitExit(c.id()).exitCode()).isEqualTo(code);
    }
    driver.delete(c.id(), false);
  }

  @Test
  void manyAtOnce() throws Exception {
    List<TestContainer> many = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      many.add(container().withShell("echo " + i + "; exit " + i));
    }
    Map<String, Output> outputs = new ConcurrentHashMap<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      many.forEach(c -> threads.execute(() -> outputs.put(c.id(), run(c))));
    }
    for (int i = 0; i < 16; i++) {
      assertThat(awaitExit(many.get(i).id()).exitCode()).isEqualTo(i);
      assertThat(Objects.requireNonNull(outputs.get(many.get(i).id())).awaitEnd().out())
          .isEqualTo(i + "\n");
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      many.forEach(c -> threads.execute(() -> driver.delete(c.id(), false)));
    }
    assertThat(driver.removeOrphans(Set.of())).isEmpty();
  }

  @Test
  void nextDaemonTakesOver() throws Exception {
    TestContainer runs = container().withStdin().withShell("echo a; read x; echo $x; exit 4");
    runs =
        new TestContainer(
            runs.id(),
            runs.rootfs(),
            runs.cgroupPath(),
            runs.args(),
            false,
            true,
            false,
            Optional.empty(),
            "{}",
            "");
    TestContainer ends =
        container().withShell("while [ ! -e /tmp/end ]; do sleep 0.05; done; exit 9");
    TestContainer waits = container().withShell("exit 8");
    TestContainer orphan = container().withArgs("/bin/sleep", "1000");
    run(runs).awaitText("a");
    run(ends);
    var _ = driver.create(waits.spec());
    Created left = driver.create(orphan.spec());
    driver.start(orphan.id());
    Exec exec =
        driver.exec(
            runs.id(),
            new ExecSpec(
                "e1",
                TestContainer.process(
                    "/bin/sh", "-c", "while [ ! -e /tmp/end2 ]; do sleep 0.05; done; exit 11"),
                false,
                false,
                false),
            new Output());
    assertThat(exec.pid()).isPositive();

    driver.close();
    Files.createFile(rootfs.resolve("tmp/end"));
    awaitExitFile(ends);
    driver = open();
    Map<String, Adopted> adopted =
        driver.adopt(List.of(runs.id(), ends.id(), waits.id(), "never-was"));
    assertThat(adopted.get(runs.id())).isInstanceOf(Adopted.Running.class);
    assertThat(adopted.get(waits.id())).isInstanceOf(Adopted.Waiting.class);
    assertThat(adopted.get("never-was")).isInstanceOf(Adopted.Gone.class);
    assertThat(adopted.get(ends.id()))
        .isInstanceOfSatisfying(
            Adopted.Exited.class, e -> assertThat(e.exit().exitCode()).isEqualTo(9));
    assertThat(driver.removeOrphans(adopted.keySet())).containsExactly(orphan.id());
    awaitGone(left.pid());

    Exec found = driver.findExec(runs.id(), "e1").orElseThrow();
    assertThat(found.exit()).isNotDone();
    Files.createFile(rootfs.resolve("tmp/end2"));
    assertThat(found.exit().get(20, TimeUnit.SECONDS)).isEqualTo(11);

    driver.start(waits.id());
    assertThat(awaitExit(waits.id()).exitCode()).isEqualTo(8);
    Output output = new Output();
    driver.attach(runs.id(), output).write(utf8("word\n"));
    assertThat(awaitExit(runs.id()).exitCode()).isEqualTo(4);
    assertThat(output.awaitEnd().out()).isEqualTo("word\n");
    assertNoFurtherExit(ends.id());
    for (String id : adopted.keySet()) {
      driver.delete(id, false);
    }
  }

  @Test
  void pausedContainerStaysPausedOverARestart() throws Exception {
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    run(c);
    driver.pause(c.id());
    reopen();
    assertThat(driver.adopt(List.of(c.id())))
        .hasEntrySatisfying(
            c.id(),
            a ->
                assertThat(a)
                    .isInstanceOfSatisfying(
                        Adopted.Running.class, r -> assertThat(r.paused()).isTrue()));
    driver.delete(c.id(), true);
  }

  private void awaitExitFile(TestContainer c) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (cgroupFile(c, "pids", "").toFile().exists()
        && !Files.readString(cgroupFile(c, "pids", "cgroup.procs")).isBlank()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
  }
}
