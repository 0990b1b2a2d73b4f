package io.gantry.plugins.runtime;

import io.gantry.plugins.Driver;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.StatusRow;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Runs containers.
 *
 * <p>Containers do not depend on the daemon: their processes, output and exit status outlive it.
 * Calls for different containers never wait for each other. Calls for one container are ordered by
 * the caller, except {@link #stats}, {@link #pids}, {@link #signal}, {@link #resize} and {@link
 * #exec}, which may come at any time. All methods may block and are meant for virtual threads.
 * Every method throws {@link DriverException}, with kind {@code NOT_FOUND} for a container this
 * driver has not created or adopted.
 */
public interface RuntimeDriver extends Driver {

  /** The names of the OCI runtimes that containers can ask for, the default first. */
  List<String> runtimeNames();

  /** The same runtimes, as they tell of themselves; the first call may take as long as they do. */
  List<RuntimeInfo> runtimes();

  /** Which limits this host can enforce. Read at {@code open}. */
  ResourceSupport resourceSupport();

  /** What the driver adds to {@code docker info}. */
  List<StatusRow> status();

  /**
   * What an administrator should know, one sentence each, for the warnings in {@code docker info}.
   */
  List<String> warnings();

  /**
   * Looks whether containers could be started now, for the health of the daemon: throws when not.
   * Cheap; starts nothing.
   */
  void check();

  /**
   * Takes the one listener for exits; called once, before {@link #adopt} and {@link #create}. It is
   * called on a virtual thread of its own for each exit, once for each successful {@link #create}
   * or {@code Running} adoption, and not for an end that {@link #adopt} already told. When it is
   * called the container's journal is complete. It may come before {@link #start} returns.
   * Containers removed by {@link #delete} while they run are not reported.
   */
  void onExit(Consumer<Exit> listener);

  /**
   * Takes the one listener for the OOM killer's killing of processes in containers that run; called
   * once, before {@link #adopt} and {@link #create}. It is given the container's id, on a virtual
   * thread, each time or once for several in quick succession, and not for what happened while no
   * daemon ran, which {@link #adopt} tells. It may come after the container's exit.
   */
  void onOutOfMemory(Consumer<String> listener);

  /**
   * Makes the container's namespaces, cgroups and first process; the process waits and has not run
   * the user's program yet. What an earlier attempt or an earlier run of the same id left behind is
   * removed first.
   *
   * @throws LaunchException when the runtime refuses; nothing is left behind then
   */
  Created create(ContainerSpec spec);

  /**
   * Lets the created process run the user's program. Poststart hooks of the configuration follow in
   * the background.
   *
   * @throws LaunchException when it cannot; the caller then deletes the container
   */
  void start(String id);

  /**
   * Completed when no hook of the container runs that {@link #start} or {@link #delete} left to the
   * background. Hooks go on when the daemon ends, and the next one goes on with them; a hook that
   * fails is told in the log.
   */
  default CompletableFuture<Void> hooks(String id) {
    return CompletableFuture.completedFuture(null);
  }

  /**
   * Sends a signal to the first process. One that has ended is not an error. SIGKILL ends a paused
   * container too.
   *
   * @param all to every process of the container
   */
  void signal(String id, int signal, boolean all);

  /** Freezes all processes; returns when they are frozen. */
  void pause(String id);

  void resume(String id);

  /** Changes limits of a created, running or paused container: all of them, or on an error none. */
  void update(String id, LinuxResources change);

  /**
   * Runs a further process in a running container.
   *
   * @param output where its output goes, ignored unless {@link ExecSpec#attach()}
   * @throws LaunchException when the runtime refuses
   */
  Exec exec(String id, ExecSpec spec, OutputSink output);

  /**
   * A process started by {@link #exec} that runs, or one of an earlier daemon that ran when that
   * ended, also if it has ended since. The latter's output cannot be had again.
   */
  Optional<Exec> findExec(String id, String execId);

  /**
   * Connects to the streams of a created, running or paused container. There is one connection to a
   * container, the engine's; it fans out to its clients. A connection made before {@link #start}
   * gets all output; one made later what comes from then on (earlier output is in the journal).
   *
   * <p>With {@link ContainerSpec#stdinOnce()} the end of this connection (also by the daemon's
   * death) is end of file for the container's standard input.
   */
  Attachment attach(String id, OutputSink output);

  /** Sets the size of the terminal; allowed from {@link #create} on. */
  void resize(String id, int rows, int columns);

  /** What the kernel counted so far. */
  Stats stats(String id);

  /** All processes of the container, in host numbers, the first process first. */
  List<Integer> pids(String id);

  /**
   * Removes all the container has in the runtime and the kernel: state, cgroups, monitor. The
   * journal stays. Poststop hooks of the configuration follow in the background, also after a
   * {@link #create} that failed; the next {@link #create} of this id waits for them. Deleting what
   * is already gone succeeds.
   *
   * @param force kill what still runs; without it a running container is refused with kind {@code
   *     CONFLICT}
   */
  void delete(String id, boolean force);

  /**
   * Takes containers of an earlier daemon over. Called once after {@code open}, and again for those
   * that were {@link Adopted.Unknown}; returns an entry for every id asked for. A container runs on
   * whatever has become of the runtime it was started with: one that is not configured any more
   * only keeps what needs it from being done, as {@link #exec}.
   *
   * @param ids the containers that were, according to the engine's records, created or running
   */
  Map<String, Adopted> adopt(Collection<String> ids);

  /**
   * Removes all containers of this driver but the known ones, and what cut-off calls left behind;
   * returns what was removed, for the log.
   */
  List<String> removeOrphans(Set<String> known);

  /**
   * Opens the raw record of a container's output for reading, also when the container does not
   * exist or never ran.
   *
   * @param directory {@link ContainerSpec#journal()}
   */
  Journal journal(String id, Path directory);
}
