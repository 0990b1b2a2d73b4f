package io.gantry.linux.process;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import java.io.IOException;

/** Signals by number. The numbers are those of all architectures but MIPS. */
public final class Signals {
  public static final int SIGKILL = 9;
  public static final int SIGTERM = 15;
  public static final int SIGCONT = 18;

  private Signals() {}

  /**
   * Sends a signal.
   *
   * @param pid a process, or the negative number of a process group; 0 and -1, which mean many, are
   *     refused
   * @return false when there is no such process
   */
  public static boolean send(int pid, int signal) throws IOException {
    if (pid == 0 || pid == -1) {
      throw new IllegalArgumentException("refusing to signal process " + pid);
    }
    if (ProcessCalls.kill(pid, signal) == 0) {
      return true;
    }
    ErrnoException failure = ErrnoException.last("send signal " + signal + " to process " + pid);
    if (failure.errno() == Errno.ESRCH) {
      return false;
    }
    throw failure;
  }
}
