package io.gantry.linux.cgroup;

import io.gantry.linux.poll.Poller;
import io.gantry.linux.process.Children;
import io.gantry.linux.process.PidFd;
import io.gantry.linux.process.Signals;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One control group in all hierarchies. It need not exist in all of them, nor at all. */
public final class Cgroup {

  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofMillis(50);
  private static final Duration FIRST_ROUND = Duration.ofMillis(50);
  private static final Duration LAST_ROUND = Duration.ofSeconds(2);
  private static final Duration REMOVE_LIMIT = Duration.ofSeconds(3);

  private final Cgroups cgroups;
  private final String path;
  private final Path relative;

  Cgroup(Cgroups cgroups, String path) {
    Path given = Path.of(path);
    this.cgroups = cgroups;
    this.path = path;
    if (!given.isAbsolute() || !given.equals(given.normalize()) || given.getNameCount() == 0) {
      throw new IllegalArgumentException("not the path of a cgroup: " + path);
    }
    this.relative = Path.of("/").relativize(given);
  }

  /**
   * Its directory in the hierarchy of a controller, whether or not it exists; empty when the host
   * does not have the controller.
   */
  public Optional<Path> directory(String controller) {
    return cgroups.of(controller).map(h -> h.mount().resolve(relative));
  }

  /** Its existing directories. */
  public List<Path> directories() {
    List<Path> existing = new ArrayList<>();
    for (Hierarchy hierarchy : cgroups.hierarchies()) {
      Path directory = hierarchy.mount().resolve(relative);
      if (directory.toFile().isDirectory()) {
        existing.add(directory);
      }
    }
    return existing;
  }

  /** All processes in it and in the groups below, in the kernel's order. */
  public Set<Integer> processes() throws IOException {
    Set<Integer> pids = new LinkedHashSet<>();
    for (Path directory : directories()) {
      collect(directory, pids);
    }
    return pids;
  }

  /**
   * The processes as one hierarchy sees them: enough where a group is not being made or removed.
   */
  public Set<Integer> processes(String controller) throws IOException {
    Set<Integer> pids = new LinkedHashSet<>();
    Optional<Path> directory = directory(controller);
    if (directory.isPresent()) {
      collect(directory.get(), pids);
    }
    return pids;
  }

  private static void collect(Path directory, Set<Integer> pids) throws IOException {
    String text = CgroupFile.text(directory.resolve("cgroup.procs")).orElse("");
    for (String line : text.split("\n")) {
      if (!line.isEmpty() && !line.equals("0")) {
        pids.add(Integer.parseInt(line));
      }
    }
    for (Path child : children(directory)) {
      collect(child, pids);
    }
  }

  private static List<Path> children(Path directory) throws IOException {
    List<Path> children = new ArrayList<>();
    try {
      // A directory without directories in it has two links, and listing one takes a call per file.
      if (Files.getAttribute(directory, "unix:nlink") instanceof Integer links && links == 2) {
        return children;
      }
      try (DirectoryStream<Path> entries =
          Files.newDirectoryStream(directory, entry -> entry.toFile().isDirectory())) {
        entries.forEach(children::add);
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
    return children;
  }

  /**
   * Kills all processes, frozen ones too, and waits until they have ended. Those that are children
   * of this process are reaped: the first process of a pid namespace does not end before all others
   * of the namespace have been.
   *
   * @throws IOException when some are still there at the end of the time
   */
  public void kill(Poller poller, Duration limit) throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      Set<Integer> pids = processes();
      if (pids.isEmpty()) {
        return;
      }
      List<PidFd> dying = new ArrayList<>();
      try {
        for (int pid : pids) {
          PidFd.open(poller, pid).ifPresent(dying::add);
        }
        // what is held and still listed is the group's, not a process that has got its number since
        Set<Integer> still = processes();
        CountDownLatch alive = new CountDownLatch(dying.size());
        for (PidFd process : dying) {
          int pid = process.pid();
          if (!still.contains(pid)) {
            alive.countDown();
            continue;
          }
          process.onExit(
              () -> {
                var _ = Children.reap(pid);
                alive.countDown();
              });
          var _ = process.signal(Signals.SIGKILL);
        }
        thaw();
        if (!alive.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          throw new IOException("processes of cgroup " + path + " do not die: " + processes());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while killing cgroup " + path);
      } finally {
        dying.forEach(PidFd::close);
      }
    }
  }

  /** Removes it and the groups below. It must not have processes. */
  public void remove() throws IOException {
    long deadline = System.nanoTime() + REMOVE_LIMIT.toNanos();
    for (Path directory : directories()) {
      remove(directory, deadline);
    }
  }

  private static void remove(Path directory, long deadline) throws IOException {
    Duration pause = SHORTEST;
    while (true) {
      try {
        if (!directory.toFile().delete()) {
          for (Path child : children(directory)) {
            remove(child, deadline);
          }
          Files.deleteIfExists(directory);
        }
        return;
      } catch (FileSystemException e) {
        // A process that has just ended keeps its group busy for a moment, and nothing tells when
        // it is over.
        if (System.nanoTime() > deadline) {
          throw e;
        }
        pause = pause(pause);
      }
    }
  }

  /**
   * Stops all processes; returns when they have stopped.
   *
   * <p>A program with threads that is about to become another cannot be frozen by cgroup v1: the
   * thread that executes the other waits for the end of the rest, and they have stopped. So, as
   * long as not all have stopped, they are let go on for a moment, each time for a longer one.
   */
  public void freeze(Duration limit) throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    Path file =
        freezer(cgroups.version() == 2 ? "cgroup.freeze" : "freezer.state")
            .orElseThrow(() -> new IOException("this host has no freezer cgroup"));
    for (Duration round = FIRST_ROUND; !freezesWithin(file, round); round = longer(round)) {
      thaw();
      if (System.nanoTime() > deadline) {
        throw new IOException("cgroup " + path + " does not freeze");
      }
      LockSupport.parkNanos(round.toNanos() / 4);
    }
  }

  private boolean freezesWithin(Path file, Duration limit) throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    Duration pause = SHORTEST;
    while (true) {
      CgroupFile.write(file, cgroups.version() == 2 ? "1" : "FROZEN");
      if (frozen()) {
        return true;
      }
      if (System.nanoTime() > deadline) {
        return false;
      }
      pause = pause(pause);
    }
  }

  private static Duration longer(Duration round) {
    Duration longer = round.multipliedBy(2);
    return longer.compareTo(LAST_ROUND) > 0 ? LAST_ROUND : longer;
  }

  /** Lets the processes go on. */
  public void thaw() throws IOException {
    Optional<Path> file = freezer(cgroups.version() == 2 ? "cgroup.freeze" : "freezer.state");
    if (file.isPresent() && file.get().toFile().exists()) {
      CgroupFile.write(file.get(), cgroups.version() == 2 ? "0" : "THAWED");
    }
  }

  /** Whether all its processes are stopped. */
  public boolean frozen() {
    return cgroups.version() == 2
        ? freezer("cgroup.events")
                .map(CgroupFile::table)
                .map(table -> table.getOrDefault("frozen", 0L))
                .orElse(0L)
            == 1
        : freezer("freezer.state").flatMap(CgroupFile::text).orElse("").equals("FROZEN");
  }

  private Optional<Path> freezer(String file) {
    Optional<Path> directory =
        cgroups.version() == 2
            ? Optional.of(cgroups.hierarchies().getFirst().mount().resolve(relative))
            : directory("freezer");
    return directory.map(d -> d.resolve(file));
  }

  private static Duration pause(Duration pause) {
    LockSupport.parkNanos(pause.toNanos());
    Duration longer = pause.multipliedBy(2);
    return longer.compareTo(LONGEST) > 0 ? LONGEST : longer;
  }

  @Override
  public String toString() {
    return path;
  }
}
