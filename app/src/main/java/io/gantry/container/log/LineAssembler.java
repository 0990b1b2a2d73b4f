package io.gantry.container.log;

import io.gantry.plugins.log.LogRecord;
import io.gantry.plugins.log.LogStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes lines of the pieces the journal has: a line that came in pieces is one record, or, if it is
 * longer than {@link LogRecord#MAX_BYTES}, several, none of which ends within a UTF-8 character.
 * What has no end yet waits. For one thread.
 */
final class LineAssembler {

  private static final int FIRST_ARENA = 8 * 1024;
  private static final int STREAMS = LogStream.values().length;

  /** The beginning of a line whose end is not there yet. */
  static final class Unfinished {
    private byte[] bytes = new byte[0];
    private int length;
    private long time;

    byte[] copy() {
      return Arrays.copyOf(bytes, length);
    }

    long time() {
      return time;
    }

    void set(byte[] line, long epochNanos) {
      bytes = line;
      length = line.length;
      time = epochNanos;
    }

    private void append(ByteBuffer data) {
      if (bytes.length - length < data.remaining()) {
        bytes = Arrays.copyOf(bytes, Math.max(length + data.remaining(), bytes.length * 2));
      }
      int count = data.remaining();
      data.get(bytes, length, count);
      length += count;
    }

    private void drop(int count) {
      System.arraycopy(bytes, count, bytes, 0, length - count);
      length -= count;
    }
  }

  private final Unfinished[] unfinished = new Unfinished[STREAMS];
  private List<LogRecord> records = new ArrayList<>();
  private byte[] arena = new byte[0];
  private int filled;
  private int bytes;

  LineAssembler() {
    for (int i = 0; i < STREAMS; i++) {
      unfinished[i] = new Unfinished();
    }
  }

  Unfinished unfinished(LogStream stream) {
    return unfinished[stream.ordinal()];
  }

  /** The records made since {@link #clear}; valid until then. */
  List<LogRecord> records() {
    return records;
  }

  /** How many bytes came since {@link #clear}. */
  int bytes() {
    return bytes;
  }

  void clear() {
    records.clear();
    filled = 0;
    bytes = 0;
  }

  /** Gives memory back that a container which is quiet for now does not need. */
  void shrink() {
    if (arena.length > FIRST_ARENA) {
      arena = new byte[0];
      records = new ArrayList<>();
    }
  }

  void piece(LogStream stream, long time, boolean last, ByteBuffer data) {
    Unfinished line = unfinished[stream.ordinal()];
    bytes += data.remaining();
    if (last && line.length == 0 && data.remaining() <= LogRecord.MAX_BYTES) {
      int count = data.remaining();
      int at = reserve(count);
      data.get(arena, at, count);
      records.add(new LogRecord(stream, time, arena, at, count, false));
      return;
    }
    line.append(data);
    line.time = time;
    while (line.length > LogRecord.MAX_BYTES) {
      int cut = endOfCharacter(line.bytes, LogRecord.MAX_BYTES);
      emit(stream, line, cut, true);
    }
    if (last) {
      emit(stream, line, line.length, false);
      line.bytes = new byte[0];
    }
  }

  /** The container has ended: what is unfinished stays so. */
  void end() {
    for (LogStream stream : LogStream.values()) {
      Unfinished line = unfinished[stream.ordinal()];
      if (line.length > 0) {
        emit(stream, line, line.length, true);
        line.bytes = new byte[0];
      }
    }
  }

  private void emit(LogStream stream, Unfinished line, int count, boolean partial) {
    int at = reserve(count);
    System.arraycopy(line.bytes, 0, arena, at, count);
    records.add(new LogRecord(stream, line.time, arena, at, count, partial));
    line.drop(count);
  }

  /** Room in the arena; a full one stays with the records that are in it. */
  private int reserve(int count) {
    if (arena.length - filled < count) {
      arena = new byte[Math.max(count, Math.max(FIRST_ARENA, Math.min(arena.length * 2, 1 << 20)))];
      filled = 0;
    }
    int at = filled;
    filled += count;
    return at;
  }

  /**
   * The last place at or before {@code limit} that is not within a character; the limit itself when
   * it is no UTF-8 at all.
   */
  private static int endOfCharacter(byte[] text, int limit) {
    int at = limit;
    while (at > limit - 4 && (text[at] & 0xC0) == 0x80) {
      at--;
    }
    return (text[at] & 0xC0) == 0x80 ? limit : at;
  }
}
