package io.gantry.overlay2;

import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.DirectoryEntry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * Where directories go that nobody needs any more: the move is one step, deleting goes on behind
 * everybody's back, on one thread. What is left when the process ends is deleted after the next
 * start.
 */
final class Trash implements AutoCloseable {

  private static final Logger LOG = System.getLogger(Trash.class.getName());

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

  /** Waits for the directory that is being deleted now; the others stay. */
  @Override
  public void close() {
    worker.shutdownNow();
    worker.close();
    directory.close();
  }
}
