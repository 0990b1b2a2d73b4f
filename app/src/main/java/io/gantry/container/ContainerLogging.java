package io.gantry.container;

import io.gantry.container.index.ContainerPaths;
import io.gantry.container.log.ContainerLog;
import io.gantry.container.log.ContainerLogs;
import io.gantry.container.log.LogReading;
import io.gantry.container.log.LogRequest;
import io.gantry.container.record.Container;
import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.LogConfig;
import io.gantry.container.record.Status;
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
import org.springframework.stereotype.Component;

/** A container's log from its record: which driver, with what, and where. */
@Component
public final class ContainerLogging {

  private static final String DAEMON = "gantry";
  private static final Set<PosixFilePermission> DIRECTORY =
      PosixFilePermissions.fromString("rwx--x---");
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final ContainerLogs logs;
  private final RuntimeDriver runtime;
  private final ContainerPaths paths;

  ContainerLogging(ContainerLogs logs, RuntimeDriver runtime, ContainerPaths paths) {
    this.logs = logs;
    this.runtime = runtime;
    this.paths = paths;
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

  /** Goes on with the log of a run that an earlier daemon began. */
  void resume(Container container) {
    if (wantsJournal(container)) {
      logs.resume(
          target(container), runtime.journal(container.id(), paths.journal(container.id())));
    }
  }

  /** The run has ended: when this returns, the driver has all of its output. */
  void finish(String id) {
    logs.finish(id);
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

  /** Makes the directories of the log; the container's own are removed with it. */
  void prepare(String id) {
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
