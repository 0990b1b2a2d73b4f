package io.gantry.logging;

import io.gantry.plugins.log.LogContext;
import io.gantry.plugins.log.LogCursor;
import io.gantry.plugins.log.LogDriver;
import io.gantry.plugins.log.LogQuery;
import io.gantry.plugins.log.LogSink;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Docker's json-file log: {@code <directory>/<id>-json.log} and, with {@code max-size} and {@code
 * max-file}, older files beside it.
 *
 * <p>What was flushed is with the kernel: it survives the daemon, and a crash of the machine as far
 * as the kernel had written it.
 */
final class JsonFileLogDriver implements LogDriver {

  private final Map<Path, Users> logs = new ConcurrentHashMap<>();
  private final ExecutorService compressor =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("log-compressor").factory());

  /** The files of a log and how many sinks and cursors there are on them. */
  private record Users(LogFiles files, int count) {}

  @Override
  public void validate(Map<String, String> options) {
    JsonFileOptions.validate(options);
  }

  @Override
  public LogSink open(LogContext context, Optional<String> mark) {
    JsonFileOptions options = JsonFileOptions.parse(context.options());
    JsonLogEncoder encoder = new JsonLogEncoder(LogAttributes.of(context));
    Path file = file(context);
    LogFiles files = use(file);
    try {
      return new JsonFileSink(
          context.id(), files, options, encoder, compressor, mark, () -> leave(file));
    } catch (RuntimeException e) {
      leave(file);
      throw e;
    }
  }

  @Override
  public LogCursor read(LogContext context, LogQuery query) {
    Path file = file(context);
    LogFiles files = use(file);
    try {
      return new JsonFileCursor(context.id(), files, query, () -> leave(file));
    } catch (RuntimeException e) {
      leave(file);
      throw e;
    }
  }

  @Override
  public Optional<Path> path(LogContext context) {
    return Optional.of(file(context));
  }

  private static Path file(LogContext context) {
    return context.directory().resolve(context.id() + "-json.log");
  }

  private LogFiles use(Path file) {
    Users users =
        logs.compute(
            file,
            (path, known) ->
                known == null
                    ? new Users(new LogFiles(path), 1)
                    : new Users(known.files(), known.count() + 1));
    return users.files();
  }

  private void leave(Path file) {
    logs.computeIfPresent(
        file,
        (path, users) -> users.count() == 1 ? null : new Users(users.files(), users.count() - 1));
  }

  /** Returns after files that are being compressed are done. */
  @Override
  public void close() {
    compressor.close();
  }
}
