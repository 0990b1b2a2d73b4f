package io.gantry.logging;

import io.gantry.plugins.log.LogStream;
import io.gantry.plugins.log.LogTime;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
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

  private static final int PARTIAL = 1;
  private static final int STDERR = 2;
  private static final int SHIFT = 2;

  private final JsonLogDecoder decoder;
  private long[] lines = new long[1024];
  private int count;

  GzipTail(JsonLogDecoder decoder) {
    this.decoder = decoder;
  }

  /**
   * The start of the last lines that are not younger than a time.
   *
   * @return empty when the whole file belongs to the tail and perhaps more
   */
  OptionalLong find(FileChannel file, long until, TailCounter counter) throws IOException {
    index(file, until);
    for (int i = count - 1; i >= 0; i--) {
      LogStream stream = (lines[i] & STDERR) == 0 ? LogStream.STDOUT : LogStream.STDERR;
      if (!counter.accept(stream, (lines[i] & PARTIAL) != 0)) {
        return i + 1 < count
            ? OptionalLong.of(lines[i + 1] >> SHIFT)
            : OptionalLong.of(Long.MAX_VALUE >> SHIFT);
      }
    }
    return OptionalLong.empty();
  }

  private void index(FileChannel file, long until) throws IOException {
    file.position(0);
    InputStream in =
        new BufferedInputStream(new GZIPInputStream(Channels.newInputStream(file)), 1 << 16);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    long start = 0;
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b != '\n') {
        line.write(b);
        continue;
      }
      byte[] bytes = line.toByteArray();
      long time = decoder.time(bytes, 0, bytes.length);
      if (time != LogTime.INVALID && time <= until) {
        add(start, bytes);
      }
      start += bytes.length + 1L;
      line.reset();
    }
  }

  private void add(long start, byte[] line) {
    if (count == lines.length) {
      lines = Arrays.copyOf(lines, count * 2);
    }
    long flags =
        (JsonLogDecoder.partial(line, 0, line.length) ? PARTIAL : 0)
            | (JsonLogDecoder.stream(line, 0, line.length) == LogStream.STDERR ? STDERR : 0);
    lines[count++] = start << SHIFT | flags;
  }
}
