package io.gantry.oci;

import io.gantry.linux.file.Directory;
import io.gantry.linux.poll.Poller;
import io.gantry.linux.process.Launcher;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The poststart and poststop hooks of all containers. The runtime is not given them: crun and runc
 * differ in what they do with a poststart hook that fails, and {@code delete} waits for the
 * poststop hooks, with which nobody should have to wait. Hooks before the start of the program are
 * the runtime's.
 *
 * <p>Thread-safe. Calls for one container come one after the other.
 */
final class Hooks implements AutoCloseable {

  private static final Logger LOG = System.getLogger(Hooks.class.getName());

  private final Layout layout;
  private final Poller poller;
  private final Launcher launcher;
  private final Map<String, HookRun> runs = new ConcurrentHashMap<>();

  /**
   * @param launcher in the host's mount namespace
   */
  Hooks(Layout layout, Poller poller, Launcher launcher) {
    this.layout = layout;
    this.poller = poller;
    this.launcher = launcher;
  }

  /** The container's program runs: its poststart hooks follow. Those run already are left out. */
  void started(ContainerRecord entry, Path bundle) {
    if (entry.poststart()) {
      run(entry.id(), bundle).add(HookRun.POSTSTART, () -> {});
    }
  }

  private HookRun run(String id, Path bundle) {
    return runs.computeIfAbsent(id, i -> new HookRun(i, bundle, poller, launcher));
  }

  /** Its program has never run, so that no hook need tell of that. */
  void neverStarted(ContainerRecord entry, Path bundle) throws IOException {
    if ((entry.poststart() || entry.poststop()) && Files.exists(bundle)) {
      HookProgress.at(HookRun.POSTSTOP, 0).write(bundle);
    }
  }

  /** All else of the container is gone: takes its bundle over and runs the poststop hooks. */
  void ended(ContainerRecord entry, Path bundle) throws IOException {
    if (!Files.exists(bundle)) {
      return;
    }
    HookRun run = run(entry.id(), bundle);
    Path place = layout.hooks(entry.id());
    Directory.deleteTree(place);
    run.moveTo(place);
    finish(run, entry.id(), place);
  }

  private void finish(HookRun run, String id, Path place) {
    run.add(HookRun.POSTSTART, () -> {});
    run.add(
        HookRun.POSTSTOP,
        () -> {
          runs.remove(id, run);
          try {
            Directory.deleteTree(place);
          } catch (IOException e) {
            LOG.log(Level.WARNING, "the hooks of container " + id + " left files behind", e);
          }
        });
  }

  /** Goes on with what an earlier daemon has not finished for containers that are gone. */
  void resume() throws IOException {
    for (String id : Layout.names(layout.hooks())) {
      Path place = layout.hooks(id);
      finish(run(id, place), id, place);
    }
  }

  @Override
  public void close() {
    runs.values().forEach(HookRun::close);
  }

  /** Completed when no hook of the container runs or is about to. */
  CompletableFuture<Void> of(String id) {
    HookRun run = runs.get(id);
    return run == null ? CompletableFuture.completedFuture(null) : run.ended();
  }
}
