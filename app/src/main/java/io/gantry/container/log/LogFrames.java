package io.gantry.container.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gantry.container.stream.FrameHead;
import io.gantry.plugins.log.LogRecord;
import io.gantry.plugins.log.LogStream;
import io.gantry.plugins.log.LogTime;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes log records as {@code docker logs} gets them: each in a frame of its own with a {@link
 * FrameHead}, or raw for a container with a terminal. Time and attributes stand before a line, not
 * before its further pieces. Collects frames in a buffer; for one thread.
 */
final class LogFrames {

  private static final int BUFFER = 64 * 1024;

  /** Most answers are short. */
  private static final int FIRST_BUFFER = 4 * 1024;

  private final OutputStream out;
  private final boolean multiplexed;
  private final boolean timestamps;
  private final boolean details;
  private final LogTime format = new LogTime();
  private final boolean[] inLine = new boolean[LogStream.values().length];
  private byte[] buffer = new byte[FIRST_BUFFER];
  private int filled;
  private Map<String, String> lastAttributes = Map.of();
  private byte[] lastDetails = {' '};

  LogFrames(OutputStream out, boolean multiplexed, boolean timestamps, boolean details) {
    this.out = out;
    this.multiplexed = multiplexed;
    this.timestamps = timestamps;
    this.details = details;
  }

  void write(List<LogRecord> records) throws IOException {
    for (LogRecord entry : records) {
      write(entry);
    }
  }

  private void write(LogRecord entry) throws IOException {
    int stream = entry.stream().ordinal();
    boolean newLine = !inLine[stream];
    inLine[stream] = entry.partial();
    byte[] attributes = details && newLine ? details(entry.attributes()) : new byte[0];
    int room = FrameHead.BYTES + LogTime.MAX_BYTES + 1 + attributes.length + entry.length() + 1;
    if (buffer.length - filled < room) {
      makeRoom(room);
    }
    int start = filled;
    int at = multiplexed ? start + FrameHead.BYTES : start;
    if (timestamps && newLine) {
      at = format.writeFixed(entry.time(), buffer, at);
      buffer[at++] = ' ';
    }
    System.arraycopy(attributes, 0, buffer, at, attributes.length);
    at += attributes.length;
    System.arraycopy(entry.buffer(), entry.offset(), buffer, at, entry.length());
    at += entry.length();
    if (!entry.partial()) {
      buffer[at++] = '\n';
    }
    if (multiplexed) {
      FrameHead.put(buffer, start, stream + 1, at - start - FrameHead.BYTES);
    }
    filled = at;
  }

  private void makeRoom(int room) throws IOException {
    if (buffer.length < BUFFER) {
      buffer = Arrays.copyOf(buffer, Math.max(BUFFER, filled + room));
      return;
    }
    drain();
    if (buffer.length < room) {
      buffer = new byte[room];
    }
  }

  /** As {@code key=value,…} in the order of the keys, each form-encoded, and a space. */
  private byte[] details(Map<String, String> attributes) {
    if (!attributes.equals(lastAttributes)) {
      StringBuilder text = new StringBuilder();
      new TreeMap<>(attributes)
          .forEach(
              (key, value) ->
                  text.append(text.isEmpty() ? "" : ",")
                      .append(URLEncoder.encode(key, UTF_8))
                      .append('=')
                      .append(URLEncoder.encode(value, UTF_8)));
      lastAttributes = attributes;
      lastDetails = text.append(' ').toString().getBytes(UTF_8);
    }
    return lastDetails;
  }

  /** Hands on what was written; the stream may keep it for a while. */
  void drain() throws IOException {
    if (filled > 0) {
      out.write(buffer, 0, filled);
      filled = 0;
    }
  }

  /** Sends what was written, to the client. */
  void flush() throws IOException {
    if (filled > 0) {
      drain();
      out.flush();
    }
  }
}
