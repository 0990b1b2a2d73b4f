package io.gantry.plugins.runtime;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A process started by {@link RuntimeDriver#exec}. It goes on when the daemon dies, and can then be
 * found again.
 */
public interface Exec {

  /** In host numbers. */
  int pid();

  /**
   * The connection, when the spec wanted one and this daemon made it. Its output ends when the
   * process does, whatever its children hold open.
   */
  Optional<Attachment> streams();

  /**
   * Completes with the exit code, 128 plus the signal's number when the process was killed. Output
   * may still be on its way: it ends with {@link OutputSink#end}. Completes exceptionally when the
   * driver is closed before.
   */
  CompletableFuture<Integer> exit();

  /**
   * Sends a signal to the process.
   *
   * @return false when it has ended, so that its number may be another's
   */
  boolean signal(int signal);

  void resize(int rows, int columns);
}
