package io.gantry.plugins.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gantry.plugins.DriverContext;
import io.gantry.plugins.DriverException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link RuntimeDriver} promises, tried on the real kernel. Run by the driver's own test, which extends this class. */
@Timeout(120)
@SuppressWarnings("NullAway.Init")
public abstract class RuntimeDriverConformance {

  protected static final int SIGTERM = 15;
  protected static final int SIGKILL = 9;

  @TempDir protected Path scratch;

  protected RuntimeDriver driver;
  protected DriverContext context;
  private String cgroupParent;
  private Path rootfs;
  private final Map<String, BlockingQueue<Exit>> exits = new ConcurrentHashMap<>();
  private int containers;

  /** The factory under test. */
  protected abstract RuntimeDriverFactory factory();

  /** Options to open it with. */
  protected Map<String, String> options() {
    return Map.of();
  }

  @BeforeEach
  void setUp() throws IOException {
    context =
        new DriverContext(
            Files.createDirectories(scratch.resolve("data")),
            Files.createDirectories(scratch.resolve("run")));
    cgroupParent = "/gantry-test-" + Long.toHexString(new Random().nextLong());
    rootfs = TestContainer.rootfs(scratch.resolve("rootfs"));
    driver = open();
  }

  private RuntimeDriver open() {
    RuntimeDriver opened = factory().open(context, options());
    opened.onExit(
        exit -> exits.computeIfAbsent(exit.id(), id -> new LinkedBlockingQueue<>()).add(exit));
    return opened;
  }

  /** As a restart of the daemon does. */
  protected void reopen() {
    driver.close();
    driver = open();
  }

  @AfterEach
  void tearDown() throws IOException {
    driver.removeOrphans(Set.of());
    driver.close();
    try (Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
      for (Path hierarchy : hierarchies.toList()) {
        Files.deleteIfExists(hierarchy.resolve(cgroupParent.substring(1)));
      }
    }
    Files.deleteIfExists(Path.of("/sys/fs/cgroup" + cgroupParent));
  }

  /** A container that has not been created. */
  protected TestContainer container() {
    String id = "c" + containers++ + "-" + cgroupParent.substring(cgroupParent.length() - 8);
    return new TestContainer(
        id, rootfs, cgroupParent + "/" + id, List.of("/bin/true"), false, false, false, Optional.empty(), "{}", "");
  }

  protected Output run(TestContainer container) {
    var unused = driver.create(container.spec());
    Output output = new Output();
    var connection = driver.attach(container.id(), output);
    assertThat(connection).isNotNull();
    driver.start(container.id());
    return output;
  }

  protected Exit awaitExit(String id) throws InterruptedException {
    Exit exit =
        exits.computeIfAbsent(id, i -> new LinkedBlockingQueue<>()).poll(60, TimeUnit.SECONDS);
    assertThat(exit).as("exit of %s", id).isNotNull();
    return java.util.Objects.requireNonNull(exit);
  }

  protected void assertNoFurtherExit(String id) throws InterruptedException {
    assertThat(exits.getOrDefault(id, new LinkedBlockingQueue<>()).poll(300, TimeUnit.MILLISECONDS)).isNull();
  }

  /** A process that was killed; its parent may take a moment to notice. */
  protected static void awaitGone(int pid) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()) {
      assertThat(System.nanoTime()).as("process %d goes", pid).isLessThan(deadline);
      java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  protected Path cgroupFile(TestContainer container, String controller, String file) {
    return Path.of("/sys/fs/cgroup", controller, container.cgroupPath(), file);
  }

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
    TestContainer c = container().withShell("trap 'exit 3' TERM; echo up; while :; do sleep 0.1; done");
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
    assertThat(failure).hasMessageEndingWith("exec: \"nosuch\": executable file not found in $PATH");
    assertThat(failure)
        .hasMessageStartingWith(
            "failed to create task for container: failed to create shim task: OCI runtime create"
                + " failed: runc create failed: unable to start container process: error during"
                + " container init: ");
    assertThat(failure.exitCode()).isEqualTo(127);
    assertThat(failure.kind()).isEqualTo(DriverException.Kind.INVALID);

    TestContainer d = container().withArgs("/no/such");
    failure = catchThrowableOfType(LaunchException.class, () -> driver.create(d.spec()));
    assertThat(failure).hasMessageEndingWith("exec: \"/no/such\": stat /no/such: no such file or directory");
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
    assertThat(failure).hasMessageContaining("exec: \"/etc\": ").hasMessageEndingWith("permission denied");
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
  void inputReachesTheProcessAndEnds() throws Exception {
    TestContainer c = container().withStdin().withShell("cat; echo done");
    var unused = driver.create(c.spec());
    Output output = new Output();
    Attachment connection = driver.attach(c.id(), output);
    connection.write(utf8("early "));
    driver.start(c.id());
    connection.write(utf8("late\n"));
    output.awaitText("early late\n");
    connection.closeInput();
    assertThat(output.awaitEnd().out()).isEqualTo("early late\ndone\n");
    assertThat(awaitExit(c.id()).exitCode()).isZero();
  }

  @Test
  void withoutStdinTheProgramReadsNothing() throws Exception {
    TestContainer c = container().withShell("cat; echo done");
    assertThat(run(c).awaitEnd().out()).isEqualTo("done\n");
  }

  @Test
  void terminalHasASize() throws Exception {
    TestContainer c = container().withTty().withShell("tty; stty size; read x; stty size; echo $x >&2");
    var unused = driver.create(c.spec());
    Output output = new Output();
    Attachment connection = driver.attach(c.id(), output);
    driver.resize(c.id(), 40, 100);
    driver.start(c.id());
    output.awaitText("40 100");
    for (int i = 0; i < 50; i++) {
      driver.resize(c.id(), 200 + i, 300 + i);
    }
    driver.resize(c.id(), 43, 103);
    connection.write(utf8("word\n"));
    assertThat(output.awaitEnd().out()).contains("/dev/pts/0\r\n").contains("40 100\r\n").contains("43 103\r\n").contains("word\r\n");
    assertThat(output.err()).isEmpty();
    assertThat(awaitExit(c.id()).exitCode()).isZero();
  }

  @Test
  void much64MiBGoesThroughUnchanged() throws Exception {
    TestContainer c = container().withStdin().withArgs("/bin/cat");
    var unused = driver.create(c.spec());
    MessageDigest sent = MessageDigest.getInstance("SHA-256");
    MessageDigest received = MessageDigest.getInstance("SHA-256");
    java.util.concurrent.CountDownLatch end = new java.util.concurrent.CountDownLatch(1);
    Attachment connection =
        driver.attach(
            c.id(),
            new OutputSink() {
              @Override
              public void output(io.gantry.plugins.runtime.Stream stream, ByteBuffer data) {
                received.update(data);
              }

              @Override
              public void end() {
                end.countDown();
              }
            });
    driver.start(c.id());
    byte[] block = new byte[1 << 20];
    Random random = new Random(1);
    for (int i = 0; i < 64; i++) {
      random.nextBytes(block);
      sent.update(block);
      connection.write(ByteBuffer.wrap(block));
    }
    connection.closeInput();
    assertThat(end.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(HexFormat.of().formatHex(received.digest()))
        .isEqualTo(HexFormat.of().formatHex(sent.digest()));
    assertThat(awaitExit(c.id()).exitCode()).isZero();
  }

  @Test
  void execRunsBesideTheProgram() throws Exception {
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    run(c);
    Output output = new Output();
    Exec exec =
        driver.exec(
            c.id(),
            new ExecSpec("e1", TestContainer.process("/bin/sh", "-c", "cat; echo err >&2; exit 5"), false, true, true),
            output);
    assertThat(driver.findExec(c.id(), "e1")).contains(exec);
    assertThat(driver.pids(c.id())).contains(exec.pid());
    Attachment streams = exec.streams().orElseThrow();
    streams.write(utf8("hello"));
    streams.closeInput();
    assertThat(exec.exit().get(30, TimeUnit.SECONDS)).isEqualTo(5);
    assertThat(output.awaitEnd().out()).isEqualTo("hello");
    assertThat(output.err()).isEqualTo("err\n");

    Exec detached =
        driver.exec(
            c.id(),
            new ExecSpec("e2", TestContainer.process("/bin/sh", "-c", "echo x; exit 6"), false, false, false),
            new Output());
    assertThat(detached.exit().get(30, TimeUnit.SECONDS)).isEqualTo(6);
    assertNoFurtherExit(c.id());
  }

  @Test
  void execThatCannotStartSaysWhy() throws Exception {
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    run(c);
    Output output = new Output();
    for (boolean attached : List.of(true, false)) {
      LaunchException failure =
          catchThrowableOfType(
              LaunchException.class,
              () ->
                  driver.exec(
                      c.id(),
                      new ExecSpec("e" + attached, TestContainer.process("nosuch"), false, false, attached),
                      output));
      assertThat(failure)
          .hasMessage(
              "OCI runtime exec failed: exec failed: unable to start container process: exec:"
                  + " \"nosuch\": executable file not found in $PATH");
      assertThat(failure.exitCode()).isEqualTo(127);
    }
    output.awaitEnd();
    assertThat(output.out() + output.err()).isEmpty();
    LaunchException failure =
        catchThrowableOfType(
            LaunchException.class,
            () ->
                driver.exec(
                    c.id(),
                    new ExecSpec("e3", TestContainer.process("/etc/passwd"), false, false, false),
                    output));
    assertThat(failure).hasMessageEndingWith("exec: \"/etc/passwd\": permission denied");
    assertThat(failure.exitCode()).isEqualTo(126);
  }

  @Test
  void whatAnExecLeavesBehindDoesNotHoldIt() throws Exception {
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    run(c);
    Output output = new Output();
    Exec exec =
        driver.exec(
            c.id(),
            new ExecSpec("e1", TestContainer.process("/bin/sh", "-c", "sleep 1000 & echo out"), false, false, true),
            output);
    assertThat(exec.exit().get(20, TimeUnit.SECONDS)).isZero();
    assertThat(output.awaitEnd().out()).isEqualTo("out\n");
    assertThat(driver.pids(c.id())).hasSize(2);
  }

  @Test
  void execCanBeSignalled() throws Exception {
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    run(c);
    Exec exec =
        driver.exec(
            c.id(), new ExecSpec("e1", TestContainer.process("/bin/sleep", "1000"), false, false, false), new Output());
    exec.signal(SIGKILL);
    assertThat(exec.exit().get(20, TimeUnit.SECONDS)).isEqualTo(137);
    exec.signal(SIGKILL);
  }

  @Test
  void pausedContainerStandsStillAndCanBeKilled() throws Exception {
    TestContainer c = container().withShell("while :; do echo tick; sleep 0.01; done");
    Output output = run(c);
    output.awaitText("tick");
    driver.pause(c.id());
    long used = driver.stats(c.id()).cpu().totalNanos();
    java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
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
  void limitsChangeTogetherOrNotAtAll() throws Exception {
    TestContainer c =
        container()
            .withResources("{\"memory\":{\"limit\":33554432,\"swap\":67108864},\"pids\":{\"limit\":20}}")
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
                    LinuxResources.builder().memory(20971520).memorySwap(41943040).pidsLimit(40).cpusetCpus("999").build()))
        .isInstanceOf(DriverException.class)
        .hasMessageContaining(c.id());
    assertThat(driver.stats(c.id()).memory().limit()).isEqualTo(16777216);
    assertThat(driver.stats(c.id()).pids().limit()).isEqualTo(30);
  }

  @Test
  void statsCount() throws Exception {
    TestContainer c = container().withShell("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 1000 & echo ready; wait");
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
    try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
      many.forEach(c -> threads.execute(() -> outputs.put(c.id(), run(c))));
    }
    for (int i = 0; i < 16; i++) {
      assertThat(awaitExit(many.get(i).id()).exitCode()).isEqualTo(i);
      assertThat(java.util.Objects.requireNonNull(outputs.get(many.get(i).id())).awaitEnd().out())
          .isEqualTo(i + "\n");
    }
    try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
      many.forEach(c -> threads.execute(() -> driver.delete(c.id(), false)));
    }
    assertThat(driver.removeOrphans(Set.of())).isEmpty();
  }

  @Test
  void nextDaemonTakesOver() throws Exception {
    TestContainer runs = container().withStdin().withShell("echo a; read x; echo $x; exit 4");
    runs = new TestContainer(runs.id(), runs.rootfs(), runs.cgroupPath(), runs.args(), false, true, false, Optional.empty(), "{}", "");
    TestContainer ends = container().withShell("while [ ! -e /tmp/end ]; do sleep 0.05; done; exit 9");
    TestContainer waits = container().withShell("exit 8");
    TestContainer orphan = container().withArgs("/bin/sleep", "1000");
    run(runs).awaitText("a");
    run(ends);
    var unused = driver.create(waits.spec());
    Created left = driver.create(orphan.spec());
    driver.start(orphan.id());
    Exec exec =
        driver.exec(
            runs.id(),
            new ExecSpec("e1", TestContainer.process("/bin/sh", "-c", "while [ ! -e /tmp/end2 ]; do sleep 0.05; done; exit 11"), false, false, false),
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

  private void awaitExitFile(TestContainer c) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (cgroupFile(c, "pids", "").toFile().exists()
        && !Files.readString(cgroupFile(c, "pids", "cgroup.procs")).isBlank()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
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

  @Test
  void journalHasAllOutputOfAllRuns() throws Exception {
    Path directory = Files.createDirectories(scratch.resolve("journal"));
    TestContainer c = container().withJournal(directory);
    run(c.withShell("echo one; echo two >&2; printf 'no end'"));
    awaitExit(c.id());
    run(c.withShell("printf 'a\\000b\\377\\n'; echo three"));
    awaitExit(c.id());
    try (Journal journal = driver.journal(c.id(), directory)) {
      Pieces pieces = new Pieces();
      Journal.Position end = journal.read(Journal.Position.START, pieces);
      assertThat(pieces.lines)
          .containsExactlyInAnyOrder(
              "STDOUT F one", "STDERR F two", "STDOUT P no end", "end of run", "STDOUT F a\0b\u00ff", "STDOUT F three");
      assertThat(pieces.lines.indexOf("end of run")).isEqualTo(3);
      assertThat(pieces.lastNanos)
          .isCloseTo(System.currentTimeMillis() * 1_000_000, org.assertj.core.data.Offset.offset(60_000_000_000L));
      assertThat(journal.awaitMore(end, Duration.ofMillis(50))).isFalse();
      assertThat(journal.read(end, pieces)).isEqualTo(end);
    }
  }

  @Test
  void journalIsFollowedAndRotatedWithoutLoss() throws Exception {
    Path directory = Files.createDirectories(scratch.resolve("journal"));
    int lines = 20_000;
    TestContainer c = container().withJournal(directory).withShell("seq 1 " + lines);
    var unused = driver.create(c.spec());
    try (Journal journal = driver.journal(c.id(), directory)) {
      driver.start(c.id());
      Pieces pieces = new Pieces();
      Journal.Position at = Journal.Position.START;
      int rotations = 0;
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (pieces.whole.size() < lines && System.nanoTime() < deadline) {
        var more = journal.awaitMore(at, Duration.ofSeconds(5));
        int before = pieces.lines.size();
        at = journal.read(at, pieces);
        assertThat(more || pieces.lines.size() == before).isTrue();
        if (pieces.whole.size() / 2000 > rotations) {
          rotations++;
          journal.rotate();
          journal.release(at);
        }
      }
      assertThat(rotations).isPositive();
      for (int i = 0; i < lines; i++) {
        assertThat(pieces.whole.get(i)).isEqualTo(Integer.toString(i + 1));
      }
      assertThat(pieces.whole).hasSize(lines);
      awaitExit(c.id());
      journal.release(at);
      Journal.Position last = at;
      try (Journal again = driver.journal(c.id(), directory)) {
        assertThat(again.read(last, pieces)).isEqualTo(last);
        assertThat(pieces.whole).hasSize(lines);
      }
    }
  }

  @Test
  void journalReaderStopsWhereItIsTold() throws Exception {
    Path directory = Files.createDirectories(scratch.resolve("journal"));
    TestContainer c = container().withJournal(directory);
    run(c.withShell("seq 1 10"));
    awaitExit(c.id());
    try (Journal journal = driver.journal(c.id(), directory)) {
      Map<String, Journal.Position> after = new HashMap<>();
      Pieces three = new Pieces(3, after);
      Journal.Position at = journal.read(Journal.Position.START, three);
      assertThat(three.lines).containsExactly("STDOUT F 1", "STDOUT F 2", "STDOUT F 3");
      assertThat(after).containsEntry("STDOUT F 3", at);
      assertThat(journal.awaitMore(at, Duration.ofSeconds(10))).isTrue();
      Pieces rest = new Pieces();
      var unused = journal.read(java.util.Objects.requireNonNull(after.get("STDOUT F 2")), rest);
      assertThat(rest.lines).hasSize(8).startsWith("STDOUT F 3");
    }
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Keeps what it reads, as text. */
  private static final class Pieces implements Journal.Reader {
    final List<String> lines = new ArrayList<>();
    final List<String> whole = new ArrayList<>();
    final Map<String, Journal.Position> after;
    final int limit;
    long lastNanos;
    private String begun = "";

    Pieces() {
      this(Integer.MAX_VALUE, new HashMap<>());
    }

    Pieces(int limit, Map<String, Journal.Position> after) {
      this.limit = limit;
      this.after = after;
    }

    @Override
    public boolean piece(
        io.gantry.plugins.runtime.Stream stream,
        long epochNanos,
        boolean last,
        ByteBuffer data,
        Journal.Position position) {
      String text = StandardCharsets.ISO_8859_1.decode(data).toString();
      String line = stream + (last ? " F " : " P ") + text;
      lines.add(line);
      begun += text;
      if (last) {
        whole.add(begun);
        begun = "";
      }
      after.put(line, position);
      lastNanos = epochNanos;
      return lines.size() < limit;
    }

    @Override
    public boolean endOfRun(Journal.Position position) {
      lines.add("end of run");
      return true;
    }
  }
}
