package io.gantry.oci;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.poll.Fifo;
import io.gantry.linux.process.PidFd;
import io.gantry.linux.process.Terminal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The {@code ctl} pipe of one monitor. conmon before 2.2 takes two messages it reads at once for
 * the first one twice, so each is written only when the one before has been read.
 *
 * <p>Sizes of terminals go over a second pipe within conmon, which has the same fault and cannot be
 * watched from here, so of two changes the last could be lost. They are set at the terminal itself,
 * which is taken from conmon.
 */
final class ControlPipe {

  private static final Duration LIMIT = Duration.ofSeconds(1);
  private static final Duration STEP = Duration.ofMillis(1);

  private final Path path;
  private final ReentrantLock lock = new ReentrantLock();

  ControlPipe(Path bundle) {
    this.path = bundle.resolve("ctl");
  }

  /** Sets the size of the terminal of a monitor. Does nothing where that has none or has ended. */
  static void resize(Optional<PidFd> monitor, int rows, int columns) throws IOException {
    if (monitor.isPresent()) {
      Optional<Terminal> terminal = Terminal.of(monitor.get());
      if (terminal.isPresent()) {
        try (Terminal taken = terminal.get()) {
          taken.resize(rows, columns);
        }
      }
    }
  }

  /**
   * Makes the monitor write on in a new journal.
   *
   * @return false when the monitor is gone
   */
  boolean reopenJournal() throws IOException {
    return send("2 0 0\n");
  }

  private boolean send(String message) throws IOException {
    lock.lock();
    try {
      Optional<Fifo> opened = Fifo.open(path);
      if (opened.isEmpty()) {
        return false;
      }
      try (Fifo fifo = opened.get()) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        // The kernel does not tell a writer when a pipe has been emptied.
        while (fifo.unread() > 0) {
          if (System.nanoTime() > deadline) {
            throw new IOException("the monitor does not read " + path);
          }
          LockSupport.parkNanos(STEP.toNanos());
        }
        fifo.write(message.getBytes(StandardCharsets.US_ASCII));
      }
      return true;
    } catch (ErrnoException e) {
      // it ended since the pipe was opened
      if (e.errno() == Errno.EPIPE) {
        return false;
      }
      throw e;
    } finally {
      lock.unlock();
    }
  }
}
