package io.gantry.oci;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Ends a {@code create} whose hooks do not end. crun and runc have a time for each hook themselves,
 * but runc then waits for whatever the hook has started and left with its output.
 */
final class HookLimit implements AutoCloseable {

  private static final Logger LOG = System.getLogger(HookLimit.class.getName());

  /** What the runtime itself may need. */
  private static final Duration SPARE = Duration.ofSeconds(3);

  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private volatile boolean over;

  private HookLimit() {}

  /**
   * Begins to count.
   *
   * @param time of all hooks; empty: no limit
   */
  static HookLimit of(Optional<Duration> time, Path bundle) {
    HookLimit limit = new HookLimit();
    time.ifPresent(
        hooks ->
            limit
                .done
                .copy()
                .orTimeout(hooks.plus(SPARE).toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyAsync(late -> limit.end(bundle), Thread::startVirtualThread));
    return limit;
  }

  private Void end(Path bundle) {
    over = true;
    try {
      Conmon.killLeftover(bundle);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "hooks in " + bundle + " take too long and cannot be ended", e);
    }
    return null;
  }

  /** Whether the time was over before the end. */
  boolean isOver() {
    return over;
  }

  @Override
  public void close() {
    done.complete(null);
  }
}
