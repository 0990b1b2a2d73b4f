package io.gantry.container.log;

import io.gantry.driver.Drivers;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.log.LogContext;
import io.gantry.plugins.log.LogDriver;
import io.gantry.plugins.log.LogDriverFactory;
import io.gantry.plugins.log.LogQuery;
import io.gantry.plugins.runtime.Journal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logs of all containers: carries the output of those that run to their log drivers, and reads
 * it back. Thread-safe; the calls that start and finish one container's log are ordered by the
 * caller.
 */
public final class ContainerLogs implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(ContainerLogs.class);

  /** As long as Docker waits for a log driver. */
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

  private final Drivers drivers;
  private final Map<String, LogPump> pumps = new ConcurrentHashMap<>();

  public ContainerLogs(Drivers drivers) {
    this.drivers = drivers;
  }

  /**
   * Checks driver and options when a container is created.
   *
   * @throws DriverException of kind INVALID, in Docker's words
   */
  public void validate(String driver, Map<String, String> options) {
    LogDriver open = driver(driver);
    if (!open.discards()) {
      open.validate(EngineLogOptions.parse(options).rest());
    }
  }

  /**
   * Whether the driver throws all output away; then the container needs no journal, and its log is
   * neither started nor finished.
   */
  public boolean discards(String driver) {
    return driver(driver).discards();
  }

  /** The file a user may look at ({@code LogPath}). */
  public Optional<Path> path(ContainerLog target) {
    return driver(target.driver()).path(target.context());
  }

  /**
   * Begins to carry output, before the container's process runs. When the log of the run before has
   * not ended, it is the log of this run too.
   *
   * @param journal is closed by this object, also on failure
   * @throws DriverException when the driver refuses; the container must not start then, the message
   *     is Docker's
   */
  public void start(ContainerLog target, Journal journal) {
    LogPump before = pumps.get(target.id());
    if (before != null && before.progress().goOn()) {
      journal.close();
      return;
    }
    LogPump pump = open(target, journal);
    try {
      pump.openSink();
    } catch (RuntimeException e) {
      pump.close();
      throw LogPump.cannotStart(e);
    }
    run(target, pump);
  }

  /**
   * Goes on carrying output of a container that an earlier daemon started, whether it still runs or
   * not. A driver that fails, or is missing, is tried again.
   */
  public void resume(ContainerLog target, Journal journal) {
    if (isOpen(target.id())) {
      journal.close();
      return;
    }
    run(target, open(target, journal));
  }

  private static boolean endsWithin(CompletableFuture<?> end) {
    return end.thenApply(done -> true)
        .completeOnTimeout(false, CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
        .join();
  }

  private LogPump open(ContainerLog target, Journal journal) {
    try {
      EngineLogOptions options = EngineLogOptions.parse(target.context().options());
      ContainerLog own =
          new ContainerLog(
              target.driver(), with(target.context(), options.rest()), target.checkpoint());
      return new LogPump(
          own,
          () -> driver(target.driver()),
          options.backlogLimit(),
          journal,
          pump -> pumps.remove(target.id(), pump));
    } catch (IOException | RuntimeException e) {
      try (journal) {
        throw new DriverException(
            DriverException.Kind.SYSTEM,
            "open the log of container " + target.id() + ": " + e.getMessage(),
            e);
      }
    }
  }

  private void run(ContainerLog target, LogPump pump) {
    pumps.put(target.id(), pump);
    pump.start();
  }

  /**
   * The container has ended: carries the rest in the background, closes its log and lets those who
   * follow it finish. A log that was not started is no error.
   *
   * @return completed when the log is closed, with whether the driver has everything; when it has
   *     failed the rest stays in the journal until the log is started or resumed the next time
   */
  public CompletableFuture<Boolean> finish(String id) {
    LogPump pump = pumps.get(id);
    return pump == null
        ? CompletableFuture.completedFuture(true)
        : pump.progress().end(PumpProgress.Order.FINISH);
  }

  /** As {@link #finish}, and waits for the end for a moment. */
  public void awaitEnd(String id) {
    if (!endsWithin(finish(id))) {
      log.warn("log of {}: the driver is slow, the next run goes on with it", id);
    }
  }

  /** Whether a log is being written. */
  public boolean isOpen(String id) {
    return pumps.containsKey(id);
  }

  /**
   * As {@link #finish}, but gives up what the driver does not take in time: it is to be deleted.
   */
  public void giveUp(String id) {
    LogPump pump = pumps.get(id);
    if (pump != null && !endsWithin(pump.progress().end(PumpProgress.Order.FINISH))) {
      log.warn("log of {}: the driver is too slow, the last output is given up", id);
      pump.abandon();
      pumps.remove(id, pump);
    }
  }

  /**
   * Opens a log for a client; all output of before this call will be in it.
   *
   * @throws DriverException of kind UNSUPPORTED when the driver cannot be read
   */
  public LogReading read(ContainerLog target, LogRequest request) throws InterruptedException {
    LogDriver driver = driver(target.driver());
    Optional<PumpProgress> pump =
        Optional.ofNullable(pumps.get(target.id())).map(LogPump::progress);
    if (pump.isPresent()) {
      pump.get().catchUp();
    }
    LogQuery query =
        new LogQuery(
            request.since(), request.until(), request.tail(), request.stdout(), request.stderr());
    LogContext context =
        with(target.context(), EngineLogOptions.parse(target.context().options()).rest());
    return new LogReading(driver.read(context, query), pump, request);
  }

  private LogDriver driver(String name) {
    try {
      return drivers.open(LogDriverFactory.class, name, Map.of());
    } catch (DriverException e) {
      if (e.kind() == DriverException.Kind.NOT_FOUND) {
        throw new DriverException(
            DriverException.Kind.INVALID,
            "error looking up logging plugin " + name + ": plugin \"" + name + "\" not found",
            e);
      }
      throw e;
    }
  }

  private static LogContext with(LogContext context, Map<String, String> options) {
    return new LogContext(
        context.id(),
        context.name(),
        context.imageId(),
        context.imageName(),
        context.command(),
        context.created(),
        context.environment(),
        context.labels(),
        context.daemonName(),
        context.directory(),
        options);
  }

  /**
   * Carries what is there and closes all logs; the containers go on, and so does their output in
   * the journals. A driver that takes too long keeps nobody: the rest is in the journals too.
   */
  @Override
  public void close() {
    CompletableFuture<?>[] ends =
        pumps.values().stream()
            .map(pump -> pump.progress().end(PumpProgress.Order.STOP))
            .toArray(CompletableFuture[]::new);
    if (!endsWithin(CompletableFuture.allOf(ends))) {
      log.warn("The logs of {} containers stay in their journals", pumps.size());
    }
    pumps.clear();
  }
}
