package io.gantry.plugins.log;

import java.util.List;

/**
 * Takes the output of one container. Used by one thread at a time. Calls may block; the container
 * does not notice.
 */
public interface LogSink extends AutoCloseable {

  /**
   * Takes records, in order, all or a prefix of them.
   *
   * @param records never empty; they and their bytes are only valid during the call
   * @return how many were taken, at least one. After fewer than given the engine calls {@link
   *     #flush()}, stores the mark, and offers the rest: a driver ends a file between two calls and
   *     so knows that no mark points into its middle
   */
  int write(List<LogRecord> records);

  /**
   * Hands on what was taken: to the kernel (a file), or to the other side. Afterwards a cursor sees
   * it, and neither a crash of the daemon loses it.
   *
   * @return the mark of this place, in the driver's own spelling, at most 256 ASCII characters;
   *     empty when the driver cannot go back to a place
   */
  String flush();

  /**
   * Closes the log after the container has ended or the daemon stops; flushes first. Readers still
   * see all of it.
   */
  @Override
  void close();
}
