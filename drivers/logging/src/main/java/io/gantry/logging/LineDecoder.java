package io.gantry.logging;

import io.gantry.plugins.log.LogRecord;
import io.gantry.plugins.log.LogStream;
import io.gantry.plugins.log.LogTime;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of a kind of log file, a record each. Never fails: a line that is not of the kind
 * (cut off by a power failure) has no record and no time. For one thread at a time.
 */
interface LineDecoder {

  /**
   * Decodes a line, perhaps in place: the line in the buffer may be changed, and the record is a
   * slice of it.
   *
   * @param to after its last byte, before the newline
   */
  @Nullable LogRecord decode(byte[] line, int from, int to);

  /** The time of a line without decoding the rest, {@link LogTime#INVALID} when there is none. */
  long time(byte[] line, int from, int to);

  /** Whether a line that has a time goes on in the next record of its stream. */
  boolean partial(byte[] line, int from, int to);

  /** The stream of a line that has a time. */
  LogStream stream(byte[] line, int from, int to);
}
