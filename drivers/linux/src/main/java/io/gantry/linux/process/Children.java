package io.gantry.linux.process;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.poll.Poller;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntPredicate;

/**
 * The children of this process. Each is waited for by its number: a wait for any child would take the status of one that {@link ProcessBuilder} started.
 */
public final class Children {

  private static final int SIGINFO_SIZE = 128;
  private static final int SIGINFO_PID_OFFSET = 12;

  private static final int OWN_SESSION =
      ProcStat.of((int) ProcessHandle.current().pid()).map(ProcStat::session).orElse(0);

  private final Set<Integer> started = ConcurrentHashMap.newKeySet();

  /** Keeps a child from being looked at between its start and its entry in the set. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  Children() {}

  /**
   * Makes orphans among this process' descendants its children (PR_SET_CHILD_SUBREAPER), so that their exit codes can be had. Holds for the whole process, for
   * ever.
   */
  public static void adoptOrphans() throws IOException {
    if (ProcessCalls.prctl(ProcessCalls.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
      throw ErrnoException.last("become the reaper of orphaned processes");
    }
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

  Child start(Poller poller, Command command) throws IOException {
    lock.readLock().lock();
    try {
      int pid = Spawn.start(command);
      started.add(pid);
      return Child.watch(poller, pid, started::remove);
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Reaps ended orphans that nobody waits for. They are recognised by their session: what {@link ProcessBuilder} starts shares that of this process.
   *
   * @param known says whether somebody waits for this process
   */
  void reapStrangers(IntPredicate known) {
    Duration patience = Duration.ofMillis(50);
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      int ended = ended();
      if (ended <= 0) {
        return;
      }
      if (!reapStranger(ended, known)) {
        // The kernel shows one of the ended only. This one's own waiter is about to take it.
        if (System.nanoTime() > deadline) {
          return;
        }
        LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
      }
    }
  }

  private static int ended() {
    try (Memory info = new Memory(SIGINFO_SIZE)) {
      info.clear();
      int options = ProcessCalls.WEXITED | ProcessCalls.WNOHANG | ProcessCalls.WNOWAIT;
      return ProcessCalls.waitid(ProcessCalls.P_ALL, 0, Pointer.nativeValue(info), options) == 0
          ? info.getInt(SIGINFO_PID_OFFSET)
          : 0;
    }
  }

  private boolean reapStranger(int pid, IntPredicate known) {
    lock.writeLock().lock();
    try {
      return !started.contains(pid)
          && !known.test(pid)
          && ProcStat.of(pid).filter(stat -> stat.session() != OWN_SESSION).isPresent()
          && reap(pid).isPresent();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
