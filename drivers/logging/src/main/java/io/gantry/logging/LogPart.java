package io.gantry.logging;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * A file of a log that is being read; stays readable when it is renamed or deleted.
 *
 * @param compressed whether it is gzip
 * @param start where to begin, in bytes of the log (not of the compressed file)
 * @param size bytes there were when it was opened
 * @param steps where the clock went back (see {@link ClockSteps}); of compressed files not known
 */
record LogPart(FileChannel channel, boolean compressed, long start, long size, long[] steps)
    implements Closeable {

  private static final long[] IN_ORDER = {};

  /** A file that begins now, and is read from its beginning. */
  static LogPart begun(FileChannel channel) {
    return new LogPart(channel, false, 0, 0, IN_ORDER);
  }

  LogPart from(long offset) {
    return new LogPart(channel, compressed, offset, size, steps);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
