package io.gantry.logging;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.log.LogContext;
import io.gantry.plugins.log.LogCursor;
import io.gantry.plugins.log.LogDriver;
import io.gantry.plugins.log.LogQuery;
import io.gantry.plugins.log.LogRecord;
import io.gantry.plugins.log.LogSink;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps nothing. */
final class NoneLogDriver implements LogDriver {

  private static final LogSink NOWHERE =
      new LogSink() {
        @Override
        public int write(List<LogRecord> records) {
          return records.size();
        }

        @Override
        public String flush() {
          return "";
        }

        @Override
        public void close() {}
      };

  @Override
  public void validate(Map<String, String> options) {
    // Docker takes any option here.
  }

  @Override
  public LogSink open(LogContext context, Optional<String> mark) {
    return NOWHERE;
  }

  @Override
  public LogCursor read(LogContext context, LogQuery query) {
    throw new DriverException(
        DriverException.Kind.UNSUPPORTED, "configured logging driver does not support reading");
  }

  @Override
  public boolean discards() {
    return true;
  }

  @Override
  public void close() {}
}
