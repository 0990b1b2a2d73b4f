package io.gantry.logging;

import io.gantry.plugins.log.LogStream;
import io.gantry.plugins.log.LogTime;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.zip.GZIPInputStream;

/**
 * Finds the start of the last lines in a compressed file, which can only be read from its
 * beginning: one number for each line is kept meanwhile.
 */
final class GzipTail {

  private static final int MAX_LINE = 16 * 1024 * 1024;
  private static final int PARTIAL = 1;
  private static final int STDERR = 2;
  private static final int SHIFT = 2;

  private final LineDecoder decoder;
  private long[] lines = new long[1024];
  private int count;

  GzipTail(LineDecoder decoder) {
    this.decoder = decoder;
  }

  /**
   * The start of the last lines.
   *
   * @return empty when the whole file belongs to the tail and perhaps more
   */
  OptionalLong find(FileChannel file, TailCounter counter) throws IOException {
    long end = index(file);
    for (int i = count - 1; i >= 0; i--) {
      LogStream stream = (lines[i] & STDERR) == 0 ? LogStream.STDOUT : LogStream.STDERR;
      if (!counter.accept(stream, (lines[i] & PARTIAL) != 0)) {
        return OptionalLong.of(i + 1 < count ? lines[i + 1] >> SHIFT : end);
      }
    }
    return OptionalLong.empty();
  }

  /** Notes where each record begins and of what kind it is; returns where the log ends. */
  private long index(FileChannel file) throws IOException {
    file.position(0);
    InputStream in = new GZIPInputStream(Channels.newInputStream(file), 1 << 15);
    byte[] block = Buffers.take();
    long start = 0;
    int filled = 0;
    for (int read = in.read(block, 0, block.length);
        read >= 0;
        read = in.read(block, filled, block.length - filled)) {
      filled += read;
      int from = 0;
      for (int newline = Bytes.indexOf(block, from, filled, '\n');
          newline < filled;
          newline = Bytes.indexOf(block, from, filled, '\n')) {
        add(start + from, block, from, newline);
        from = newline + 1;
      }
      System.arraycopy(block, from, block, 0, filled - from);
      start += from;
      filled -= from;
      if (filled == block.length) {
        if (filled >= MAX_LINE) {
          // None of our lines is so long: damaged.
          start += filled;
          filled = 0;
        } else {
          block = Arrays.copyOf(block, filled * 2);
        }
      }
    }
    Buffers.give(block);
    return start;
  }

  private void add(long start, byte[] block, int from, int to) {
    if (decoder.time(block, from, to) == LogTime.INVALID) {
      return;
    }
    if (count == lines.length) {
      lines = Arrays.copyOf(lines, count * 2);
    }
    long flags =
        (decoder.partial(block, from, to) ? PARTIAL : 0)
            | (decoder.stream(block, from, to) == LogStream.STDERR ? STDERR : 0);
    lines[count++] = start << SHIFT | flags;
  }
}
