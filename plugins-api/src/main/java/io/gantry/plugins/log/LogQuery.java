package io.gantry.plugins.log;

import java.util.OptionalLong;

/**
 * What to read of a log (API {@code GET /containers/{id}/logs}). Times are nanoseconds since 1970.
 *
 * @param since begins with the first record of this time or a later one
 * @param until ends before the first record that is younger
 * @param tail of the log's lines only so many last ones, of both streams together, and of these
 *     those that {@code since} and {@code until} leave; a line in several partial records counts
 *     once
 * @param stdout whether to return records of stdout
 * @param stderr whether to return records of stderr
 */
public record LogQuery(
    OptionalLong since, OptionalLong until, OptionalLong tail, boolean stdout, boolean stderr) {

  private static final LogQuery ALL =
      new LogQuery(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), true, true);

  /** The whole log. */
  public static LogQuery all() {
    return ALL;
  }

  public boolean wants(LogStream stream) {
    return stream == LogStream.STDOUT ? stdout : stderr;
  }
}
