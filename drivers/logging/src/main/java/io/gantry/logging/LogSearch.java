package io.gantry.logging;

import io.gantry.plugins.log.LogTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.OptionalLong;

/**
 * Finds places in a plain file of a log without reading all of it: what it reads is some blocks
 * and, for a tail, the tail. Offsets are those of the first byte of a line, or of the end. For one
 * thread.
 */
final class LogSearch {

  private static final int BLOCK = 64 * 1024;

  /** Holds some lines of usual length. */
  private static final int PROBE = 4 * 1024;

  /** A longer line is none of ours. */
  private static final int MAX_LINE = 16 * 1024 * 1024;

  private final FileChannel file;
  private final LineDecoder decoder;
  private final long end;

  /** What was read last: {@code windowLength} bytes of the file from {@code windowStart} on. */
  private byte[] window = new byte[PROBE];

  private long windowStart;
  private int windowLength;

  /**
   * @param end how much of the file is looked at
   */
  LogSearch(FileChannel file, LineDecoder decoder, long end) {
    this.file = file;
    this.decoder = decoder;
    this.end = end;
  }

  /**
   * Sees to it that a range of the file is in the window; returns where it begins there. The file
   * may have been cut since: then the window has less.
   */
  private int load(long offset, int length) throws IOException {
    if (offset >= windowStart && offset + length <= windowStart + windowLength) {
      return (int) (offset - windowStart);
    }
    if (window.length < length) {
      window = new byte[length];
    }
    windowStart = offset;
    ByteBuffer into = ByteBuffer.wrap(window, 0, length);
    while (into.hasRemaining()) {
      int read = file.read(into, offset + into.position());
      if (read < 0) {
        break;
      }
    }
    windowLength = into.position();
    return 0;
  }

  /** How much of the window there is from an index on, at most so much. */
  private int loaded(int index, int length) {
    return Math.min(length, windowLength - index);
  }

  /** The offset after the last newline. */
  long endOfLastLine() throws IOException {
    long to = end;
    int size = PROBE;
    while (to > 0) {
      long from = Math.max(0, to - size);
      int index = load(from, (int) (to - from));
      int newline =
          Bytes.lastIndexOf(window, index, index + loaded(index, (int) (to - from)), '\n');
      if (newline >= index) {
        return from + (newline - index) + 1;
      }
      to = from;
      size = BLOCK;
    }
    return 0;
  }

  /** What {@link #backwards} calls for each line, the last one first. */
  private interface Backwards {
    /** Returns whether to go on. */
    boolean line(byte[] bytes, int from, int to);
  }

  /**
   * Visits lines from {@code last} (after a newline) back to {@code first}; returns the offset
   * after the line that was refused, or {@code first}.
   */
  private long backwards(long first, long last, Backwards visitor) throws IOException {
    long to = last;
    int size = PROBE;
    while (to > first) {
      long from = Math.max(first, to - size);
      int index = load(from, (int) (to - from));
      int lineEnd = index + loaded(index, (int) (to - from));
      int blockEnd = lineEnd;
      while (lineEnd > index) {
        int before = Bytes.lastIndexOf(window, index, lineEnd - 1, '\n');
        if (before < index && from > first) {
          break;
        }
        if (!visitor.line(window, before + 1, lineEnd - 1)) {
          return from + (lineEnd - index);
        }
        lineEnd = before + 1;
      }
      if (lineEnd == blockEnd) {
        // No line begins here: a longer look.
        size *= 2;
        if (size > MAX_LINE) {
          return to;
        }
      } else {
        size = Math.max(size, BLOCK);
      }
      to = from + Math.max(0, lineEnd - index);
    }
    return first;
  }

  /**
   * The start of the last lines.
   *
   * @return empty when the whole file belongs to the tail and perhaps more
   */
  OptionalLong tail(TailCounter counter) throws IOException {
    boolean[] full = new boolean[1];
    long start =
        backwards(
            0,
            endOfLastLine(),
            (bytes, from, to) -> {
              full[0] =
                  decoder.time(bytes, from, to) != LogTime.INVALID
                      && !counter.accept(
                          decoder.stream(bytes, from, to), decoder.partial(bytes, from, to));
              return !full[0];
            });
    return full[0] ? OptionalLong.of(start) : OptionalLong.empty();
  }

  /** The time of the last record, {@link LogTime#INVALID} if there is none. */
  long lastTime() throws IOException {
    return lastTime(0, endOfLastLine());
  }

  private long lastTime(long first, long last) throws IOException {
    long[] time = {LogTime.INVALID};
    backwards(
        first,
        last,
        (bytes, from, to) -> {
          time[0] = decoder.time(bytes, from, to);
          return time[0] == LogTime.INVALID;
        });
    return time[0];
  }

  /**
   * Where to begin reading for the first record of a time or later: all records before are older,
   * and it is at most some blocks further.
   *
   * @param steps where the clock went back
   * @return empty when all records are older
   */
  OptionalLong since(long time, long[] steps) throws IOException {
    long last = endOfLastLine();
    long from = 0;
    for (int i = 0; i <= steps.length && from < last; i++) {
      long to = i < steps.length ? Math.min(steps[i], last) : last;
      if (to > from && reaches(time, from, to)) {
        return OptionalLong.of(firstSince(time, from, to));
      }
      from = Math.max(from, to);
    }
    return OptionalLong.empty();
  }

  /** Whether a range that is in the order of time ends with a record of a time or later. */
  private boolean reaches(long time, long from, long to) throws IOException {
    long lastTime = lastTime(from, to);
    return lastTime != LogTime.INVALID && lastTime >= time;
  }

  /** By halves, in a range that is in the order of time. */
  private long firstSince(long time, long from, long to) throws IOException {
    long low = from;
    long high = to;
    while (high - low > BLOCK) {
      long middle = (low + high) >>> 1;
      long line = lineAfter(middle, high);
      long lineTime = LogTime.INVALID;
      while (line < high && lineTime == LogTime.INVALID) {
        lineTime = timeAt(line, high);
        if (lineTime == LogTime.INVALID) {
          line = lineAfter(line, high);
        }
      }
      if (lineTime != LogTime.INVALID && lineTime < time) {
        low = line;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The youngest record's time, {@link LogTime#INVALID} if there is none. */
  long greatestTime(long[] steps) throws IOException {
    long last = endOfLastLine();
    long greatest = LogTime.INVALID;
    for (long step : steps) {
      if (step < last) {
        greatest = Math.max(greatest, lastTime(0, step));
      }
    }
    return Math.max(greatest, lastTime(0, last));
  }

  /** After the first newline at or after an offset; {@code limit} if there is none. */
  private long lineAfter(long offset, long limit) throws IOException {
    long at = offset;
    while (at < limit) {
      int length = (int) Math.min(PROBE, limit - at);
      int index = load(at, length);
      int there = loaded(index, length);
      if (there <= 0) {
        return limit;
      }
      int newline = Bytes.indexOf(window, index, index + there, '\n');
      if (newline < index + there) {
        return at + (newline - index) + 1;
      }
      at += there;
    }
    return limit;
  }

  private long timeAt(long line, long limit) throws IOException {
    for (int size = PROBE; size <= MAX_LINE; size *= 2) {
      int length = (int) Math.min(size, limit - line);
      int index = load(line, length);
      int there = loaded(index, length);
      int newline = Bytes.indexOf(window, index, index + there, '\n');
      if (newline < index + there) {
        return decoder.time(window, index, newline);
      }
      if (there < size) {
        return LogTime.INVALID;
      }
    }
    return LogTime.INVALID;
  }
}
