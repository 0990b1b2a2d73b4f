package io.gantry.oci;

import io.gantry.linux.poll.Descriptor;
import io.gantry.linux.poll.Poller;
import io.gantry.linux.process.Child;
import io.gantry.linux.process.Command;
import io.gantry.linux.process.Launcher;
import io.gantry.linux.process.PidFd;
import io.gantry.linux.process.Signals;
import io.gantry.plugins.FailPoint;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The hooks of one run of a container that this driver runs itself, one after the other, on a
 * virtual thread of their own. A hook that fails or takes too long is told in the log and keeps
 * nobody: not the next hook, not the container (runtime-spec, runtime.md, "Lifecycle").
 *
 * <p>Each is run once, also when the daemon is killed meanwhile: the next one waits for the hook
 * that it finds running. It is run twice only if the daemon was killed between the start of the
 * hook and the note of it.
 */
final class HookRun {

  static final String POSTSTART = "poststart";
  static final String POSTSTOP = "poststop";

  private static final Logger LOG = System.getLogger(HookRun.class.getName());
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String ERRORS = "hook.stderr";
  private static final int SHOWN = 2048;

  private final String id;
  private final Poller poller;
  private final Launcher launcher;

  /** Keeps {@link #directory} where it is while something is written into it. */
  private final ReentrantLock lock = new ReentrantLock();

  private Path directory;
  private volatile boolean closed;
  private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

  /**
   * @param directory the container's bundle
   */
  HookRun(String id, Path directory, Poller poller, Launcher launcher) {
    this.id = id;
    this.directory = directory;
    this.poller = poller;
    this.launcher = launcher;
  }

  /** Completed when all hooks that were asked for have ended. */
  CompletableFuture<Void> ended() {
    lock.lock();
    try {
      return last;
    } finally {
      lock.unlock();
    }
  }

  /** Runs the hooks of a kind that have not been run, after what was asked for before. */
  void add(String kind, Runnable after) {
    lock.lock();
    try {
      last =
          last.thenRunAsync(
              () -> {
                if (run(kind)) {
                  after.run();
                }
              },
              Thread::startVirtualThread);
    } finally {
      lock.unlock();
    }
  }

  /** Moves the bundle, with the hook that is running in it. */
  void moveTo(Path place) throws IOException {
    lock.lock();
    try {
      Files.move(directory, place, StandardCopyOption.ATOMIC_MOVE);
      directory = place;
    } finally {
      lock.unlock();
    }
  }

  /** No further hook is started; one that runs goes on, and is left to the next daemon. */
  void close() {
    closed = true;
  }

  /** False when it is left to the next daemon. */
  private boolean run(String kind) {
    try {
      JsonNode later = later();
      List<Hook> hooks = Hook.list(later.path(kind));
      HookProgress progress = read().orElse(HookProgress.at(POSTSTART, 0));
      if (kind.equals(POSTSTART) && !progress.kind().equals(POSTSTART)) {
        return !closed;
      }
      if (!progress.kind().equals(kind)) {
        progress = HookProgress.at(kind, 0);
      }
      for (int i = progress.next(); i < hooks.size(); i++) {
        if (closed) {
          return false;
        }
        Hook hook = hooks.get(i);
        Optional<String> failure =
            i == progress.next() && progress.running().isPresent()
                ? awaitStarted(hook, progress.running().get())
                : run(kind, i, hook, later);
        failure.ifPresent(
            why ->
                LOG.log(
                    Level.WARNING,
                    "{0} hook {1} of container {2} failed: {3}",
                    kind,
                    hook.path(),
                    id,
                    why));
        note(HookProgress.at(kind, i + 1));
      }
    } catch (IOException | RuntimeException e) {
      if (!closed) {
        LOG.log(Level.WARNING, "the " + kind + " hooks of container " + id + " were cut off", e);
      }
    }
    return !closed;
  }

  private JsonNode later() throws IOException {
    byte[] text;
    lock.lock();
    try {
      text = Files.readAllBytes(BundleConfig.laterHooks(directory));
    } finally {
      lock.unlock();
    }
    try {
      return JSON.readTree(text);
    } catch (JacksonException e) {
      throw new IOException("the list of hooks of container " + id + " is damaged", e);
    }
  }

  private Optional<HookProgress> read() throws IOException {
    lock.lock();
    try {
      return HookProgress.read(directory);
    } finally {
      lock.unlock();
    }
  }

  private void note(HookProgress progress) throws IOException {
    lock.lock();
    try {
      progress.write(directory);
    } finally {
      lock.unlock();
    }
  }

  /** Runs one hook; gives why it failed. */
  private Optional<String> run(String kind, int number, Hook hook, JsonNode later)
      throws IOException {
    Child child;
    lock.lock();
    try {
      HookProgress.at(kind, number).write(directory);
      Path errors = directory.resolve(ERRORS);
      Path state = directory.resolve("hook.state");
      Files.write(state, state(kind, later));
      try (Descriptor in = Descriptor.reading(state);
          Descriptor err = Descriptor.writing(errors)) {
        child =
            launcher.start(
                new Command(
                    hook.path(),
                    hook.args(),
                    hook.env(),
                    directory,
                    OptionalInt.empty(),
                    Map.of(0, in, 2, err)));
      } catch (IOException e) {
        return Optional.of(String.valueOf(e.getMessage()));
      }
      FailPoint.hit("runtime.hook.started");
      new HookProgress(kind, number, ContainerRecord.KnownProcess.of(child.pid())).write(directory);
    } finally {
      lock.unlock();
    }
    boolean inTime = endsInTime(child, hook.timeout());
    int code = child.exit().join().exitCode();
    if (code == 0) {
      return Optional.empty();
    }
    String why = inTime ? "exit status " + code : tooLong(hook);
    return Optional.of(why + ", stderr: " + errors());
  }

  private static String tooLong(Hook hook) {
    return "killed after its timeout of " + hook.timeout().toSeconds() + " s";
  }

  /** The container's state as a hook reads it (runtime-spec, runtime.md, "State"). */
  private byte[] state(String kind, JsonNode later) throws IOException {
    ObjectNode state = JSON.createObjectNode();
    state.put("ociVersion", later.path("ociVersion").asString("1.0.2"));
    state.put("id", id);
    if (kind.equals(POSTSTART)) {
      state.put("status", "running");
      Conmon.processPid(directory).ifPresent(pid -> state.put("pid", pid));
    } else {
      state.put("status", "stopped");
    }
    state.put("bundle", directory.toString());
    state.set("annotations", later.path("annotations"));
    return JSON.writeValueAsBytes(state);
  }

  private String errors() throws IOException {
    lock.lock();
    try (var in = Files.newInputStream(directory.resolve(ERRORS))) {
      return new String(in.readNBytes(SHOWN), StandardCharsets.UTF_8).strip();
    } finally {
      lock.unlock();
    }
  }

  private static boolean endsInTime(Child child, Duration limit) throws IOException {
    try {
      var _ = child.exit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      // It leads a session and a group of its own.
      var _ = Signals.send(-child.pid(), Signals.SIGKILL);
      return false;
    } catch (ExecutionException e) {
      throw new IOException("a hook was lost", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a hook runs", e);
    }
  }

  /** Waits for a hook that an earlier daemon started. */
  private Optional<String> awaitStarted(Hook hook, ContainerRecord.KnownProcess started)
      throws IOException {
    Optional<PidFd> held = PidFd.open(poller, started.pid());
    if (held.isEmpty()) {
      return Optional.empty();
    }
    try (PidFd process = held.get()) {
      if (!started.exists() || process.await(hook.timeout())) {
        return Optional.empty();
      }
      var _ = Signals.send(-started.pid(), Signals.SIGKILL);
      return Optional.of(tooLong(hook));
    }
  }
}
