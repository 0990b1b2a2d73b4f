package io.gantry.logging;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.log.LogCursor;
import io.gantry.plugins.log.LogQuery;
import io.gantry.plugins.log.LogRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads one container's log, over all its files, and those that begin while it is read. Holds its
 * files open, so that neither renaming nor deletion takes a line away, and a buffer only while
 * there is something to read.
 */
final class FileLogCursor implements LogCursor, LogFiles.Follower {

  private static final int MAX_LINE = 16 * 1024 * 1024;

  /** Most that is read is a short tail. */
  private static final int SMALL = 8 * 1024;

  private static final byte[] EMPTY = new byte[0];

  private final String id;
  private final LogFiles files;
  private final LogQuery query;
  private final Runnable release;
  private final long until;
  private final LineDecoder decoder;
  private final PartQueue waiting = new PartQueue();
  private @Nullable LogPart part;

  /** How much there is in the file that is read, as far as is known. */
  private long expected;

  /** Whether the last read has filled the buffer: there is more. */
  private boolean busy;

  private InputStream in = InputStream.nullInputStream();
  private byte[] buffer = EMPTY;
  private int from;
  private int to;

  /** As in Docker: after the first record of this time or later all are returned. */
  private long since;

  private boolean ended;
  private boolean closed;

  /**
   * @param release called once, after the cursor is closed
   */
  FileLogCursor(String id, LogFiles files, LogQuery query, LineDecoder decoder, Runnable release) {
    this.id = id;
    this.release = release;
    this.files = files;
    this.query = query;
    this.decoder = decoder;
    this.since = query.since().orElse(Long.MIN_VALUE);
    this.until = query.until().orElse(Long.MAX_VALUE);
    try {
      // Files that began meanwhile are already waiting.
      List<LogPart> parts = files.open(this);
      try {
        waiting.addFormer(new LogPlan(query, decoder).of(parts));
      } catch (IOException | RuntimeException e) {
        parts.forEach(PartQueue::closeQuietly);
        throw e;
      }
    } catch (IOException e) {
      closeFiles();
      throw failed("open", e);
    }
  }

  @Override
  public void rotated(FileChannel next) {
    waiting.addBegun(LogPart.begun(next));
  }

  @Override
  public void awaitReader() {
    waiting.awaitReader();
  }

  @Override
  public List<LogRecord> next() {
    try {
      while (!ended) {
        List<LogRecord> records = decode();
        if (!records.isEmpty()) {
          return records;
        }
        if (!ended && !fill()) {
          break;
        }
      }
      if (from == to || ended) {
        Buffers.give(buffer);
        buffer = EMPTY;
        from = 0;
        to = 0;
      }
      return List.of();
    } catch (IOException e) {
      throw failed("read", e);
    }
  }

  private List<LogRecord> decode() {
    List<LogRecord> records = new ArrayList<>();
    while (from < to) {
      int newline = Bytes.indexOf(buffer, from, to, '\n');
      if (newline == to) {
        break;
      }
      LogRecord entry = decoder.decode(buffer, from, newline);
      from = newline + 1;
      if (entry == null || entry.time() < since) {
        continue;
      }
      since = Long.MIN_VALUE;
      if (entry.time() > until) {
        ended = true;
        break;
      }
      if (query.wants(entry.stream())) {
        records.add(entry);
      }
    }
    return records;
  }

  /** Reads more into the buffer; says whether there may be more to decode. */
  private boolean fill() throws IOException {
    makeRoom();
    // Asked before reading: only then the end of a file that has a successor is its end for good.
    boolean newest = waiting.isEmpty();
    int room = (int) Math.min(buffer.length - to, Math.max(expected, SMALL));
    int read = in.read(buffer, to, room);
    busy = read == room;
    if (read > 0) {
      to += read;
      expected -= read;
      return true;
    }
    if (newest) {
      return !waiting.isEmpty();
    }
    LogPart next = waiting.take();
    if (next != null) {
      begin(next);
    }
    return true;
  }

  private void begin(LogPart next) throws IOException {
    PartQueue.closeQuietly(part);
    part = next;
    from = 0;
    to = 0;
    FileChannel file = next.channel();
    if (next.compressed()) {
      file.position(0);
      in = new GZIPInputStream(Channels.newInputStream(file), 1 << 16);
      skip(next.start());
      expected = Long.MAX_VALUE;
    } else {
      file.position(Math.min(next.start(), file.size()));
      in = Channels.newInputStream(file);
      expected = next.size() - next.start();
    }
  }

  private void skip(long bytes) throws IOException {
    long left = bytes;
    long skipped = 1;
    while (left > 0 && skipped > 0) {
      skipped = in.skip(left);
      left -= skipped;
    }
  }

  private void makeRoom() {
    byte[] next = buffer;
    if (buffer.length == 0 || busy && buffer.length < Buffers.SIZE) {
      next = busy || expected > SMALL ? Buffers.take() : new byte[SMALL];
    }
    if (from > 0 || next != buffer) {
      System.arraycopy(buffer, from, next, 0, to - from);
      to -= from;
      from = 0;
      buffer = next;
    }
    if (to == buffer.length) {
      if (buffer.length >= MAX_LINE) {
        // None of our lines is so long: damaged; what follows its next newline is read again.
        to = 0;
      } else {
        byte[] former = buffer;
        buffer = Arrays.copyOf(former, former.length * 2);
        Buffers.give(former);
      }
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      closeFiles();
      release.run();
    }
  }

  private void closeFiles() {
    files.unfollow(this);
    PartQueue.closeQuietly(part);
    waiting.close();
    Buffers.give(buffer);
    buffer = EMPTY;
    ended = true;
  }

  private DriverException failed(String action, IOException e) {
    return new DriverException(
        DriverException.Kind.SYSTEM,
        action + " the log of container " + id + ": " + e.getMessage(),
        e);
  }
}
