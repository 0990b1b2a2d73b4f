package io.gantry.logging;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * A file of a log that is being read; stays readable when it is renamed or deleted.
 *
 * @param compressed whether it is gzip
 * @param start where to begin, in bytes of the log (not of the compressed file)
 */
record LogPart(FileChannel channel, boolean compressed, long start) implements Closeable {

  LogPart from(long offset) {
    return new LogPart(channel, compressed, offset);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
