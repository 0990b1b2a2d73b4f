package io.gantry.logging;

import io.gantry.plugins.log.LogTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.OptionalLong;

/**
 * Finds places in a plain file of a log without reading all of it. Offsets are always those of the
 * first byte of a line.
 */
final class LogSearch {

  private static final int BLOCK = 64 * 1024;

  private static final int PROBE = 8 * 1024;

  /** A longer line is none of ours. */
  private static final int MAX_LINE = 16 * 1024 * 1024;

  private final FileChannel file;
  private final JsonLogDecoder decoder;
  private byte[] block = new byte[BLOCK];

  LogSearch(FileChannel file, JsonLogDecoder decoder) {
    this.file = file;
    this.decoder = decoder;
  }

  /**
   * Reads what is in the file from an offset on into the block, at most so much; returns how much
   * it was.
   */
  private int read(long offset, int length) throws IOException {
    if (block.length < length) {
      block = new byte[length];
    }
    ByteBuffer into = ByteBuffer.wrap(block, 0, length);
    while (into.hasRemaining()) {
      int read = file.read(into, offset + into.position());
      if (read < 0) {
        break;
      }
    }
    return into.position();
  }

  /** The offset after the last newline before {@code end}. */
  long endOfLastLine(long end) throws IOException {
    long to = end;
    while (to > 0) {
      long from = Math.max(0, to - BLOCK);
      int length = read(from, (int) (to - from));
      int newline = Bytes.lastIndexOf(block, 0, length, '\n');
      if (newline >= 0) {
        return from + newline + 1;
      }
      to = from;
    }
    return 0;
  }

  /** What {@link #backwards} calls for each line, the last one first. */
  private interface Backwards {
    /** Returns whether to go on. */
    boolean line(byte[] bytes, int from, int to);
  }

  /**
   * Visits lines from {@code end} (after a newline) backwards; returns the offset after the line
   * that was refused, or 0.
   */
  private long backwards(long end, Backwards visitor) throws IOException {
    long to = end;
    int size = BLOCK;
    while (to > 0) {
      long from = Math.max(0, to - size);
      int length = read(from, (int) (to - from));
      int lineEnd = length;
      while (lineEnd > 0) {
        int before = Bytes.lastIndexOf(block, 0, lineEnd - 1, '\n');
        if (before < 0 && from > 0) {
          break;
        }
        if (!visitor.line(block, before + 1, lineEnd - 1)) {
          return from + lineEnd;
        }
        lineEnd = before + 1;
      }
      if (lineEnd == length) {
        size *= 2;
        if (size > MAX_LINE) {
          return to;
        }
      } else {
        size = BLOCK;
      }
      to = from + lineEnd;
    }
    return 0;
  }

  /**
   * The start of the last lines before {@code end}.
   *
   * @return empty when the whole file belongs to the tail and perhaps more
   */
  OptionalLong tail(long end, TailCounter counter) throws IOException {
    boolean[] full = new boolean[1];
    long start =
        backwards(
            end,
            (bytes, from, to) -> {
              full[0] =
                  decoder.time(bytes, from, to) != LogTime.INVALID
                      && !counter.accept(
                          JsonLogDecoder.stream(bytes, from, to),
                          JsonLogDecoder.partial(bytes, from, to));
              return !full[0];
            });
    return full[0] ? OptionalLong.of(start) : OptionalLong.empty();
  }

  /** The time of the last record before {@code end}, {@link LogTime#INVALID} if there is none. */
  long lastTime(long end) throws IOException {
    long[] time = {LogTime.INVALID};
    backwards(
        endOfLastLine(end),
        (bytes, from, to) -> {
          time[0] = decoder.time(bytes, from, to);
          return time[0] == LogTime.INVALID;
        });
    return time[0];
  }

  /**
   * Where to begin reading for records of a time or later: all lines before are older, if the file
   * is in the order of time, and the first such record is at most some blocks further.
   */
  long before(long time, long end) throws IOException {
    long low = 0;
    long high = end;
    while (high - low > BLOCK) {
      long middle = (low + high) >>> 1;
      long line = startOfLineAfter(middle, high);
      long lineTime = line < high ? timeAt(line, high) : LogTime.INVALID;
      if (lineTime != LogTime.INVALID && lineTime < time) {
        low = line;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The offset of the first record that is younger, or {@code end}. */
  long after(long time, long end) throws IOException {
    long at = before(time + 1, end);
    while (at < end) {
      long next = startOfLineAfter(at, end);
      long lineTime = timeAt(at, end);
      if (lineTime != LogTime.INVALID && lineTime > time) {
        return at;
      }
      at = next;
    }
    return end;
  }

  /** After the first newline at or after an offset; {@code end} if there is none. */
  private long startOfLineAfter(long offset, long end) throws IOException {
    long at = offset;
    while (at < end) {
      int length = read(at, (int) Math.min(PROBE, end - at));
      if (length <= 0) {
        return end;
      }
      int newline = Bytes.indexOf(block, 0, length, '\n');
      if (newline < length) {
        return at + newline + 1;
      }
      at += length;
    }
    return end;
  }

  private long timeAt(long line, long end) throws IOException {
    for (int size = PROBE; size <= MAX_LINE; size *= 2) {
      int length = read(line, (int) Math.min(size, end - line));
      int newline = Bytes.indexOf(block, 0, length, '\n');
      if (newline < length) {
        return decoder.time(block, 0, newline);
      }
      if (length < size) {
        return LogTime.INVALID;
      }
    }
    return LogTime.INVALID;
  }
}
