package io.gantry.container;

import io.gantry.container.index.ContainerHandle;
import io.gantry.container.index.ContainerPaths;
import io.gantry.container.index.ContainerStore;
import io.gantry.container.log.ContainerLog;
import io.gantry.container.log.ContainerLogs;
import io.gantry.container.log.LogReading;
import io.gantry.container.log.LogRequest;
import io.gantry.container.record.Container;
import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.LogConfig;
import io.gantry.container.record.Status;
import io.gantry.container.record.Step;
import io.gantry.error.EngineException;
import io.gantry.plugins.log.LogContext;
import io.gantry.plugins.runtime.RuntimeDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** A container's log from its record: which driver, with what, and where. */
@Component
public final class ContainerLogging {

  private static final Logger log = LoggerFactory.getLogger(ContainerLogging.class);
  private static final String DAEMON = "gantry";
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx--x---");
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final ContainerLogs logs;
  private final RuntimeDriver runtime;
  private final ContainerPaths paths;
  private final ContainerStore store;

  ContainerLogging(
      ContainerLogs logs, RuntimeDriver runtime, ContainerPaths paths, ContainerStore store) {
    this.logs = logs;
    this.runtime = runtime;
    this.paths = paths;
    this.store = store;
  }

  void validate(LogConfig config) {
    logs.validate(config.type(), config.config());
  }

  /** Whether output is recorded at all. */
  boolean wantsJournal(Container container) {
    return !logs.discards(container.hostConfig().logConfig().type());
  }

  /** Begins a run's log, before its process runs. */
  void start(Container container) {
    if (wantsJournal(container)) {
      logs.start(target(container), runtime.journal(container.id(), paths.journal(container.id())));
    }
  }

  /**
   * Goes on with the log of a run that an earlier daemon began, if it had one. What keeps the log
   * from being written, as a driver that is gone, keeps nothing else from going on.
   */
  void resume(Container container) {
    Path journal = paths.journal(container.id());
    if (!Files.isDirectory(journal)) {
      return;
    }
    try {
      logs.resume(target(container), runtime.journal(container.id(), journal));
    } catch (RuntimeException e) {
      log.warn("The log of container {} is not written: {}", container.id(), e.getMessage());
    }
  }

  /**
   * The run has ended: its log is completed in the background. Who reads it from now on waits for
   * that.
   *
   * @return completed when the log is closed, with whether the driver has all of it
   */
  CompletableFuture<Boolean> finish(String id) {
    return logs.finish(id);
  }

  /**
   * The step in which an ended container is left that has nothing in the kernel any more: {@link
   * Step#LOG} until its log is complete, which is then recorded. The caller holds the lock and
   * records the step.
   *
   * @param end as {@link #finish} gave it
   */
  Step stepUntil(CompletableFuture<Boolean> end, ContainerHandle handle) {
    if (end.isDone() && end.join()) {
      return Step.NONE;
    }
    var _ =
        end.thenAcceptAsync(
            complete -> {
              if (complete) {
                settle(handle);
              }
            },
            Thread::startVirtualThread);
    return Step.LOG;
  }

  private void settle(ContainerHandle handle) {
    handle.lock.lock();
    try {
      Container container = handle.current();
      boolean waits = container.state().step() == Step.LOG && !handle.removed.isDone();
      if (waits && !logs.isOpen(container.id())) {
        Container settled = container.with(container.state().with(Step.NONE));
        handle.publish(settled);
        store.updateLater(settled);
      }
    } finally {
      handle.lock.unlock();
    }
  }

  /** The container is removed: its log gets a moment to be completed. */
  void giveUp(String id) {
    logs.giveUp(id);
  }

  /** Reads a container's log; all output of before this call is in it. */
  public LogReading read(Container container, LogRequest request) throws InterruptedException {
    Status status = container.state().status();
    if (status == Status.DEAD || status == Status.REMOVING) {
      throw EngineException.conflict(
          "can not get logs from container which is dead or marked for removal");
    }
    return logs.read(target(container), request);
  }

  /** The file a user may look at; empty when the driver has none. */
  String path(Container container) {
    return logs.path(target(container)).map(Path::toString).orElse("");
  }

  private ContainerLog target(Container container) {
    ContainerConfig config = container.config();
    LogConfig log = container.hostConfig().logConfig();
    return new ContainerLog(
        log.type(),
        new LogContext(
            container.id(),
            container.name(),
            container.imageId(),
            config.image(),
            container.argv(),
            container.created(),
            config.env(),
            config.labels(),
            DAEMON,
            paths.log(container.id()),
            log.config()),
        paths.journal(container.id()).resolve("checkpoint"));
  }

  /**
   * Makes the directories of the log; the container's own are removed with it. The log of the last
   * run, which has the same journal, gets a moment to end.
   */
  void prepare(String id) {
    logs.awaitEnd(id);
    try {
      Files.createDirectories(paths.directory(id));
      Files.setPosixFilePermissions(paths.directory(id), DIRECTORY);
      Files.createDirectories(paths.journal(id), PRIVATE);
      Files.createDirectories(paths.log(id), PRIVATE);
    } catch (IOException e) {
      throw EngineException.system(
          "make the log directory of container " + id + ": " + e.getMessage(), e);
    }
  }
}
