package io.gantry.container.log;

import io.gantry.plugins.log.LogCursor;
import io.gantry.plugins.log.LogRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A log on its way to one client. It contains all output of before it was opened; when it follows,
 * it ends after the container has ended and all its output has been delivered. Used by one thread,
 * closed by any.
 */
public final class LogReading implements AutoCloseable {

  private static final long NANOS = 1_000_000_000L;

  private final LogCursor cursor;
  private final Optional<PumpProgress> pump;
  private final LogRequest request;
  private final long opened = now();
  private final AtomicBoolean taken = new AtomicBoolean();
  private volatile boolean closed;

  LogReading(LogCursor cursor, Optional<PumpProgress> pump, LogRequest request) {
    this.cursor = cursor;
    this.pump = pump;
    this.request = request;
  }

  /**
   * Writes the log, once. Returns when it ends or the reading is closed. When it follows, the
   * stream is flushed whenever there is nothing more to write for the moment; at the end it is left
   * to the caller to flush it.
   *
   * @param multiplexed as {@code application/vnd.docker.multiplexed-stream}; otherwise raw
   */
  public void copyTo(OutputStream out, boolean multiplexed)
      throws IOException, InterruptedException {
    if (!taken.compareAndSet(false, true)) {
      return;
    }
    LogFrames frames = new LogFrames(out, multiplexed, request.timestamps(), request.details());
    try (cursor) {
      boolean more = true;
      while (more && !closed) {
        boolean ended = pump.isEmpty() || pump.get().isEnded();
        long version = pump.isEmpty() ? 0 : pump.get().version();
        List<LogRecord> records = cursor.next();
        if (!records.isEmpty()) {
          frames.write(records);
          // A log that grows as fast as it is read has no end; what came after the request was not
          // asked for.
          more = request.follow() || records.getFirst().time() <= opened;
        } else if (request.follow() && !ended) {
          frames.flush();
          more = awaitMore(version);
        } else {
          more = false;
        }
      }
      frames.drain();
    }
  }

  /** Waits for more output; false when what may come is younger than asked for. */
  private boolean awaitMore(long version) throws InterruptedException {
    OptionalLong until = request.until();
    long left = until.isPresent() ? until.getAsLong() - now() : Long.MAX_VALUE;
    if (left <= 0) {
      return false;
    }
    pump.orElseThrow().awaitChange(version, left, () -> closed);
    return true;
  }

  private static long now() {
    Instant now = Instant.now();
    return now.getEpochSecond() * NANOS + now.getNano();
  }

  /** Ends {@link #copyTo} soon, for instance because the client has gone. */
  @Override
  public void close() {
    closed = true;
    if (taken.compareAndSet(false, true)) {
      cursor.close();
    }
    pump.ifPresent(PumpProgress::wake);
  }
}
