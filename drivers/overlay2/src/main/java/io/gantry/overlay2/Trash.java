package io.gantry.overlay2;

import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.DirectoryEntry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Where directories go that nobody needs any more: the move is one step, deleting goes on behind
 * everybody's back, on one thread. What is left when the process ends is deleted after the next
 * start.
 */
final class Trash implements AutoCloseable {

  private static final Logger LOG = System.getLogger(Trash.class.getName());

  private static final Duration MAX_WAIT = Duration.ofSeconds(2);

  private final Directory directory;
  private final Map<String, String> stuck = new ConcurrentHashMap<>();
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("overlay2-trash").daemon().factory());

  Trash(Directory directory) {
    this.directory = directory;
  }

  /** Begins to delete what an earlier process left. */
  void empty() throws ErrnoException {
    for (DirectoryEntry entry : directory.list()) {
      delete(entry.name());
    }
  }

  void take(Directory from, String name) throws ErrnoException {
    from.rename(name, directory, name);
    delete(name);
  }

  private void delete(String name) {
    try {
      worker.execute(
          () -> {
            try {
              directory.deleteTree(name);
            } catch (ErrnoException | IllegalStateException e) {
              stuck.put(name, String.valueOf(e.getMessage()));
              LOG.log(Level.WARNING, "overlay2: cannot delete a removed snapshot", e);
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "overlay2: {0} stays in the trash until the next start", name);
    }
  }

  /** Why what could not be deleted. */
  Map<String, String> stuck() {
    return Map.copyOf(stuck);
  }

  /**
   * Gives a deletion that is going on a moment to finish; what is left is deleted after the next
   * start.
   */
  @Override
  public void close() {
    worker.shutdownNow();
    try {
      if (worker.awaitTermination(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        directory.close();
      }
      // else the descriptor stays open: the deletion that goes on must not meet another file under
      // its number
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
