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
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads one container's log, over all its files, and those that begin while it is read. Holds its
 * files open, so that neither renaming nor deletion takes a line away, and a buffer only while
 * there is something to read.
 */
final class JsonFileCursor implements LogCursor, LogFiles.Follower {

  /** How many new files a reader may leave unread before the oldest of them are given up. */
  private static final int MAX_WAITING = 64;

  private static final int MAX_LINE = 16 * 1024 * 1024;
  private static final byte[] EMPTY = new byte[0];

  private final String id;
  private final LogFiles files;
  private final LogQuery query;
  private final Runnable release;
  private final long since;
  private final long until;
  private final JsonLogDecoder decoder = new JsonLogDecoder();
  private final ConcurrentLinkedDeque<LogPart> waiting = new ConcurrentLinkedDeque<>();
  private final AtomicInteger rotations = new AtomicInteger();
  private @Nullable LogPart part;
  private InputStream in = InputStream.nullInputStream();
  private byte[] buffer = EMPTY;
  private int from;
  private int to;
  private boolean ended;
  private boolean closed;

  /**
   * @param release called once, after the cursor is closed
   */
  JsonFileCursor(String id, LogFiles files, LogQuery query, Runnable release) {
    this.id = id;
    this.release = release;
    this.files = files;
    this.query = query;
    this.since = query.since().orElse(Long.MIN_VALUE);
    this.until = query.until().orElse(Long.MAX_VALUE);
    try {
      Deque<LogPart> parts = new LogPlan(query, decoder).of(files.open(this));
      // Files that began meanwhile are already waiting: what was there before goes in front.
      while (!parts.isEmpty()) {
        waiting.addFirst(parts.removeLast());
      }
    } catch (IOException e) {
      closeFiles();
      throw failed("open", e);
    }
  }

  @Override
  public void rotated(FileChannel next) {
    waiting.addLast(new LogPart(next, false, 0));
    if (rotations.incrementAndGet() > MAX_WAITING) {
      LogPart oldest = waiting.pollFirst();
      rotations.decrementAndGet();
      closeQuietly(oldest);
    }
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
    int read = in.read(buffer, to, buffer.length - to);
    if (read > 0) {
      to += read;
      return true;
    }
    if (newest) {
      return !waiting.isEmpty();
    }
    LogPart next = waiting.pollFirst();
    if (next != null) {
      rotations.updateAndGet(count -> Math.max(0, count - 1));
      begin(next);
    }
    return true;
  }

  private void begin(LogPart next) throws IOException {
    closeQuietly(part);
    part = next;
    from = 0;
    to = 0;
    FileChannel file = next.channel();
    if (next.compressed()) {
      file.position(0);
      in = new GZIPInputStream(Channels.newInputStream(file), 1 << 16);
      skip(next.start());
    } else {
      file.position(Math.min(next.start(), file.size()));
      in = Channels.newInputStream(file);
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
    if (buffer.length == 0) {
      buffer = Buffers.take();
    }
    if (from > 0) {
      System.arraycopy(buffer, from, buffer, 0, to - from);
      to -= from;
      from = 0;
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
    closeQuietly(part);
    for (LogPart left = waiting.pollFirst(); left != null; left = waiting.pollFirst()) {
      closeQuietly(left);
    }
    Buffers.give(buffer);
    buffer = EMPTY;
    ended = true;
  }

  private static void closeQuietly(@Nullable LogPart part) {
    try {
      if (part != null) {
        part.close();
      }
    } catch (IOException e) {
      // Only read from: nothing is lost.
    }
  }

  private DriverException failed(String action, IOException e) {
    return new DriverException(
        DriverException.Kind.SYSTEM,
        action + " the log of container " + id + ": " + e.getMessage(),
        e);
  }
}
