package io.gantry.oci;

import io.gantry.linux.cgroup.CgroupFile;
import io.gantry.linux.process.Children;
import io.gantry.linux.process.PidFd;
import io.gantry.linux.process.WaitStatus;
import io.gantry.plugins.runtime.Exit;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * How containers ended. The monitor writes the exit code to a file, whether or not the daemon is
 * there; the file's time is the time of the end. Where the monitor was killed before the container,
 * the kernel is asked: as the parent (the daemon adopts orphans), or by pidfd (Linux 6.15).
 */
final class Exits {

  private static final Logger LOG = System.getLogger(Exits.class.getName());
  private static final int UNKNOWN = 255;

  /** A file that the monitor opens each time the kernel kills one of the container's processes. */
  static final String OOM = "oom";

  /** How long the host's first process may take to reap an orphan. */
  private static final Duration REAP_LIMIT = Duration.ofSeconds(3);

  private static final Duration REAP_STEP = Duration.ofMillis(50);

  private final Layout layout;

  Exits(Layout layout) {
    this.layout = layout;
  }

  /** What the monitor wrote down, if it has. */
  Optional<Exit> recorded(String id, Path bundle) throws IOException {
    Path file = layout.exit(id);
    Optional<Integer> code = Conmon.number(file);
    if (code.isEmpty()) {
      return Optional.empty();
    }
    Instant finished = Files.getLastModifiedTime(file).toInstant();
    return Optional.of(new Exit(id, code.get(), finished, outOfMemory(bundle), ""));
  }

  /** Whether the kernel has killed one of the container's processes, as its monitor noted. */
  static boolean outOfMemory(Path bundle) {
    // conmon 2.1 writes it to its working directory too.
    return Layout.persist(bundle).resolve(OOM).toFile().exists()
        || bundle.resolve(OOM).toFile().exists();
  }

  /** How a container ended whose monitor is gone without a word. Its first process has ended. */
  Exit lastWords(Container container) {
    int pid = container.initPid();
    Optional<WaitStatus> status = pid > 0 ? Children.reap(pid) : Optional.empty();
    Optional<PidFd> init = container.init();
    try {
      long deadline = System.nanoTime() + REAP_LIMIT.toNanos();
      while (status.isEmpty() && init.isPresent() && System.nanoTime() < deadline) {
        status = init.get().exitStatus();
        if (status.isEmpty()) {
          // Nothing tells when another process reaps one.
          LockSupport.parkNanos(REAP_STEP.toNanos());
        }
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the kernel does not tell how process " + pid + " ended", e);
    }
    return new Exit(
        container.id(),
        status.map(WaitStatus::exitCode).orElse(UNKNOWN),
        Instant.now(),
        outOfMemory(container.bundle()) || oomKills(container) > 0,
        status.isPresent() ? "" : "the container's monitor was killed; its exit code is lost");
  }

  private static long oomKills(Container container) {
    return container
        .cgroup()
        .directory("memory")
        .map(
            directory ->
                Math.max(
                    CgroupFile.table(directory.resolve("memory.oom_control"))
                        .getOrDefault("oom_kill", 0L),
                    CgroupFile.table(directory.resolve("memory.events"))
                        .getOrDefault("oom_kill", 0L)))
        .orElse(0L);
  }
}
