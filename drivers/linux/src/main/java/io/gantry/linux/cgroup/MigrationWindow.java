package io.gantry.linux.cgroup;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes the wait out of moving a process to a cgroup. The first move after a pause waits for an RCU
 * grace period, 6 to 20 ms (the lock {@code cgroup_threadgroup_rwsem} changes from its readers'
 * fast path to its writers'); moves that follow within about 10 ms do not wait. So while a runtime
 * is being loaded, this process moves itself to where it is, which changes nothing but begins that
 * period: when the runtime comes to its own move, the wait is over.
 *
 * <p>One platform thread, which exists only while it is needed, and works only while somebody
 * expects a move.
 */
public final class MigrationWindow implements AutoCloseable {

  private static final Logger LOG = System.getLogger(MigrationWindow.class.getName());

  /** A little less than the kernel leaves the lock as it is. */
  private static final Duration INTERVAL = Duration.ofMillis(5);

  /** A runtime that has not moved its process by then is held up by something worse. */
  private static final Duration LONGEST = Duration.ofMillis(300);

  private final Optional<Hierarchy> hierarchy;
  private final byte[] pid =
      Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
  private final AtomicInteger expected = new AtomicInteger();
  private final AtomicBoolean running = new AtomicBoolean();
  private final ExecutorService thread;
  private volatile long until;

  /** A move is expected as long as this is open. */
  public interface Expectation extends AutoCloseable {
    @Override
    void close();
  }

  public MigrationWindow(Cgroups cgroups) {
    this.hierarchy =
        cgroups.hierarchies().stream()
            .filter(h -> h.version() == cgroups.version())
            .filter(h -> ownFile(h).filter(MigrationWindow::holdsThisProcess).isPresent())
            .findFirst();
    ThreadPoolExecutor one =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("cgroup-migration").daemon().factory());
    one.allowCoreThreadTimeOut(true);
    this.thread = one;
  }

  /** Says that a process will be moved soon, by another program; returns at once. */
  public Expectation expect() {
    if (hierarchy.isEmpty()) {
      return () -> {};
    }
    until = System.nanoTime() + LONGEST.toNanos();
    expected.incrementAndGet();
    if (running.compareAndSet(false, true)) {
      try {
        thread.execute(this::run);
      } catch (RejectedExecutionException e) {
        LOG.log(Level.TRACE, "closed", e);
      }
    }
    AtomicBoolean open = new AtomicBoolean(true);
    return () -> {
      if (open.compareAndSet(true, false)) {
        expected.decrementAndGet();
      }
    };
  }

  private void run() {
    try {
      while (expected.get() > 0 && System.nanoTime() - until < 0) {
        // Looked up each time: an administrator may have moved this process.
        Optional<Path> file = hierarchy.flatMap(MigrationWindow::ownFile);
        if (file.isEmpty()) {
          return;
        }
        Files.write(file.get(), pid);
        LockSupport.parkNanos(INTERVAL.toNanos());
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "containers will start a little later", e);
    } finally {
      running.set(false);
    }
  }

  /** {@code cgroup.procs} of the group this process is in. */
  private static Optional<Path> ownFile(Hierarchy hierarchy) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
        // 4:memory:/path, or 0::/path for version 2.
        String[] fields = line.split(":", 3);
        boolean same =
            hierarchy.version() == 2
                ? fields[0].equals("0")
                : hierarchy.controllers().contains(fields[1].split(",")[0]);
        if (same) {
          return Optional.of(
              hierarchy.mount().resolve(fields[2].substring(1)).resolve("cgroup.procs"));
        }
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "cannot tell the cgroup of this process", e);
    }
    return Optional.empty();
  }

  /** False where this process does not see the hierarchy from its root. */
  private static boolean holdsThisProcess(Path procs) {
    String own = Long.toString(ProcessHandle.current().pid());
    return CgroupFile.text(procs).stream().flatMap(String::lines).anyMatch(own::equals);
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
