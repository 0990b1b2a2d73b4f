package io.gantry.plugins.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.plugins.DriverContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Opens a driver on directories of its own, makes containers in a cgroup of its own, and removes
 * both after each test.
 */
@Timeout(120)
@SuppressWarnings("NullAway.Init")
public abstract class RuntimeDriverFixture {

  protected static final int SIGTERM = 15;
  protected static final int SIGKILL = 9;

  @TempDir protected Path scratch;

  protected RuntimeDriver driver;
  protected DriverContext context;
  private String cgroupParent;
  protected Path rootfs;

  /** Containers in which the OOM killer killed a process, in order. */
  protected final BlockingQueue<String> outOfMemory = new LinkedBlockingQueue<>();

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

  protected RuntimeDriver open() {
    RuntimeDriver opened = factory().open(context, options());
    opened.onExit(
        exit -> exits.computeIfAbsent(exit.id(), id -> new LinkedBlockingQueue<>()).add(exit));
    opened.onOutOfMemory(outOfMemory::add);
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
        id,
        rootfs,
        cgroupParent + "/" + id,
        List.of("/bin/true"),
        false,
        false,
        false,
        Optional.empty(),
        "{}",
        "");
  }

  protected Output run(TestContainer container) {
    var _ = driver.create(container.spec());
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
    return Objects.requireNonNull(exit);
  }

  protected void assertNoFurtherExit(String id) throws InterruptedException {
    assertThat(exits.getOrDefault(id, new LinkedBlockingQueue<>()).poll(300, TimeUnit.MILLISECONDS))
        .isNull();
  }

  /** A process that was killed; its parent may take a moment to notice. */
  protected static void awaitGone(int pid) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()) {
      assertThat(System.nanoTime()).as("process %d goes", pid).isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  protected Path cgroupFile(TestContainer container, String controller, String file) {
    Path root = Path.of("/sys/fs/cgroup");
    return root.resolve("cgroup.controllers").toFile().exists()
        ? Path.of(root.toString(), container.cgroupPath(), file)
        : Path.of(root.toString(), controller, container.cgroupPath(), file);
  }

  protected static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
