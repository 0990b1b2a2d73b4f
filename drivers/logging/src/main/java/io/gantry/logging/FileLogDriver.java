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
 * A log in files of lines: one that grows and, with {@code max-size} and {@code max-file}, older
 * ones beside it. What a line looks like and which options there are is a matter of its kind.
 *
 * <p>What was flushed is with the kernel: it survives the daemon, and a crash of the machine as far
 * as the kernel had written it.
 */
final class FileLogDriver implements LogDriver {

  private final FileLogKind kind;
  private final Map<Path, Users> logs = new ConcurrentHashMap<>();
  private final ExecutorService compressor =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("log-compressor").factory());

  /** The files of a log and how many sinks and cursors there are on them. */
  private record Users(LogFiles files, int count) {}

  FileLogDriver(FileLogKind kind) {
    this.kind = kind;
  }

  @Override
  public void validate(Map<String, String> options) {
    kind.validate(options);
  }

  @Override
  public LogSink open(LogContext context, Optional<String> mark) {
    FileLogOptions options = kind.options(context.options());
    LineEncoder encoder = kind.encoder(context);
    Path file = kind.file(context);
    LogFiles files = use(file);
    try {
      return new FileLogSink(
          context.id(), files, options, kind, encoder, compressor, mark, () -> leave(file));
    } catch (RuntimeException e) {
      leave(file);
      throw e;
    }
  }

  @Override
  public LogCursor read(LogContext context, LogQuery query) {
    Path file = kind.file(context);
    LogFiles files = use(file);
    try {
      return new FileLogCursor(context.id(), files, query, kind.decoder(), () -> leave(file));
    } catch (RuntimeException e) {
      leave(file);
      throw e;
    }
  }

  @Override
  public Optional<Path> path(LogContext context) {
    return kind.shown() ? Optional.of(kind.file(context)) : Optional.empty();
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
