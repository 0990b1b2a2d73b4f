package io.gantry.plugins.log;

import java.util.List;

/** A place in a log that is being read. Used by one thread at a time. */
public interface LogCursor extends AutoCloseable {

  /**
   * The next records that the query asks for, oldest first, some dozens to thousands at a time.
   * Never waits for output: an empty list means that all that was flushed has been returned, and a
   * later call returns what was flushed since, also when the log was rotated in between. So the
   * engine follows a log.
   *
   * @return records that are valid until the next call
   */
  List<LogRecord> next();

  @Override
  void close();
}
