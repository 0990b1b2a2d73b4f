package io.gantry.linux.process;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.poll.Poller;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The children of this process; static, because the kernel knows but one set of them. Each is
 * waited for by its number: a wait for any child would take the status of one that {@link
 * ProcessBuilder} started.
 *
 * <p>Orphans that this process adopts and that nobody has claimed are reaped as soon as they end.
 * That matters: the first process of a pid namespace cannot end before all others of the namespace
 * have been reaped.
 */
public final class Children {

  private static final int SIGINFO_SIZE = 128;

  /** Behind three ints and what aligns the rest to eight bytes. */
  private static final int SIGINFO_PID_OFFSET = 16;

  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofMillis(100);
  private static final int OWN_SESSION =
      ProcStat.of((int) ProcessHandle.current().pid()).map(ProcStat::session).orElse(0);

  private static final Set<Integer> CLAIMED = ConcurrentHashMap.newKeySet();

  /** Keeps a child from being looked at between its start and its entry in the set. */
  private static final ReadWriteLock LOCK = new ReentrantReadWriteLock();

  private static final AtomicBoolean ADOPTING = new AtomicBoolean();
  private static final Semaphore STARTED = new Semaphore(0);

  private Children() {}

  /**
   * Makes orphans among this process' descendants its children (PR_SET_CHILD_SUBREAPER), so that
   * their exit codes can be had. Holds for the whole process, for ever.
   */
  public static void adoptOrphans() throws IOException {
    if (ADOPTING.compareAndSet(false, true)) {
      if (ProcessCalls.prctl(ProcessCalls.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
        ADOPTING.set(false);
        throw ErrnoException.last("become the reaper of orphaned processes");
      }
      Thread.ofPlatform().name("reaper").daemon().start(Children::reapStrangers);
    }
  }

  /**
   * Says that somebody waits for a process, should it become a child of this one: {@link #reap}
   * will be called for it.
   */
  public static void claim(int pid) {
    CLAIMED.add(pid);
  }

  /** Takes {@link #claim} back. */
  public static void release(int pid) {
    CLAIMED.remove(pid);
  }

  /** Takes the status of an ended child. Empty when it is not a child of this process, or runs. */
  public static Optional<WaitStatus> reap(int pid) {
    if (pid <= 0) {
      throw new IllegalArgumentException("not one process: " + pid);
    }
    int[] status = new int[1];
    return ProcessCalls.waitpid(pid, status, ProcessCalls.WNOHANG) == pid
        ? Optional.of(new WaitStatus(status[0]))
        : Optional.empty();
  }

  static Child start(Poller poller, Command command) throws IOException {
    LOCK.readLock().lock();
    try {
      int pid = Spawn.start(command);
      CLAIMED.add(pid);
      STARTED.release();
      try {
        return Child.watch(poller, pid, Children::release);
      } catch (IOException | RuntimeException e) {
        // nobody would wait for it
        var _ = Signals.send(pid, Signals.SIGKILL);
        release(pid);
        throw e;
      }
    } finally {
      LOCK.readLock().unlock();
    }
  }

  private static void reapStrangers() {
    Duration pause = SHORTEST;
    while (true) {
      STARTED.drainPermits();
      int ended = awaitEnded();
      if (ended <= 0) {
        // No child at all, and so no orphan to come.
        STARTED.acquireUninterruptibly();
      } else if (reapStranger(ended)) {
        pause = SHORTEST;
      } else {
        // The kernel shows one of the ended only, and this one's own waiter is about to take it.
        LockSupport.parkNanos(pause.toNanos());
        Duration longer = pause.multipliedBy(2);
        pause = ended() == ended && longer.compareTo(LONGEST) < 0 ? longer : SHORTEST;
      }
    }
  }

  private static int awaitEnded() {
    return waitFor(ProcessCalls.WEXITED | ProcessCalls.WNOWAIT);
  }

  private static int ended() {
    return waitFor(ProcessCalls.WEXITED | ProcessCalls.WNOWAIT | ProcessCalls.WNOHANG);
  }

  /** The number of an ended child, which stays one; 0 when there is none, or no child at all. */
  private static int waitFor(int options) {
    try (Memory info = new Memory(SIGINFO_SIZE)) {
      while (true) {
        info.clear();
        if (ProcessCalls.waitid(ProcessCalls.P_ALL, 0, Pointer.nativeValue(info), options) == 0) {
          return info.getInt(SIGINFO_PID_OFFSET);
        }
        if (Native.getLastError() != Errno.EINTR) {
          return 0;
        }
      }
    }
  }

  /**
   * What {@link ProcessBuilder} starts shares the session of this process; an orphan does not, its
   * ancestor having been started by {@link Spawn}.
   */
  private static boolean reapStranger(int pid) {
    LOCK.writeLock().lock();
    try {
      return !CLAIMED.contains(pid)
          && ProcStat.of(pid).filter(stat -> stat.session() != OWN_SESSION).isPresent()
          && reap(pid).isPresent();
    } finally {
      LOCK.writeLock().unlock();
    }
  }
}
